"""Paying: asked for once, confirmed once, and never more or less than what has arrived."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import CaseError, DataError, UnknownError
from pilotkit.cases import Authority, CaseStatus, EventKind
from pilotkit.casework.tracking_keys import check_symbol
from pilotkit.model.access import ANONYMOUS
from pilotkit.model.payment import PaymentState
from pilotkit.payments.bank_statements import BankStatements, amount_in
from pilotkit.payments.payments import new_reference
from pilotkit.payments.simulated_provider import WARNING

PERMIT = "ZZ-201"
FEE = Decimal("40.50")


@pytest.fixture
def sent(office, ready):
    return office.applications.submit(ready(PERMIT), ANONYMOUS)


def pay(office, payment, amount: str) -> None:
    office.payments.connector.say_paid(payment.order.reference, Decimal(amount))


def kinds(office, code: str) -> list[EventKind]:
    return [event.kind for event in office.store.events(code)]


def test_a_fee_that_is_certain_is_asked_for_when_the_application_is_sent(office, sent):
    payment = office.tracking.payment(sent.case.code, sent.follow_key, ANONYMOUS)
    assert CaseStatus.PAYMENT_REQUESTED == sent.case.status
    assert (FEE, "XXX", WARNING, PaymentState.REQUESTED, 0) == (
        payment.order.amount, payment.order.currency, payment.order.account, payment.state, payment.received,
    )  # fmt: skip


def test_what_is_free_or_not_certain_is_not_asked_for(office, ready):
    case = office.applications.submit(ready(), ANONYMOUS).case
    assert (CaseStatus.ACCEPTED, None) == (case.status, office.payments.of(case.code))


def test_an_officer_asks_for_an_amount_and_the_case_goes_on_when_it_is_there(office, ready):
    code = office.applications.submit(ready(), ANONYMOUS).case.code
    officer = Authority(
        subject="registrar-pa-01", roles=("registrar",), permissions=frozenset({"case.read", "case.advance"}),
        units=frozenset({"PA-01"}),
    )  # fmt: skip
    desk = office.officer_desk(officer)
    asked = desk.act(code, EventKind.PAYMENT_REQUESTED, reason="Three copies", amount=Decimal(12))
    payment = office.payments.of(code)
    assert (CaseStatus.PAYMENT_REQUESTED, Decimal(12)) == (asked.status, payment.order.amount)
    pay(office, payment, "12")
    office.payments.check(code)
    assert CaseStatus.PROCESSING == office.store.case(code).status


def test_sent_again_it_is_asked_for_once(office, ready):
    token = ready(PERMIT)
    first, again = office.applications.submit(token, ANONYMOUS), office.applications.submit(token, ANONYMOUS)
    assert first == again
    assert 1 == kinds(office, first.case.code).count(EventKind.PAYMENT_REQUESTED)


def test_the_case_goes_on_when_all_has_arrived_and_only_once(office, sent):
    code, key = sent.case.code, sent.follow_key
    payment = office.tracking.check_payment(code, key, ANONYMOUS)
    assert (PaymentState.REQUESTED, FEE, 0) == (payment.state, payment.missing, payment.excess)
    pay(office, payment, "40.50")
    office.clock.advance(days=2)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: office.tracking.check_payment(code, key, ANONYMOUS), range(4)))
    assert {(PaymentState.CONFIRMED, office.clock(), FEE)} == {
        (each.state, each.confirmed_at, each.received) for each in found
    }
    assert [EventKind.RECEIVED, EventKind.PAYMENT_REQUESTED, EventKind.RESUMED] == kinds(office, code)
    case = office.store.case(code)
    assert (CaseStatus.PROCESSING, True) == (case.status, case.due_at > sent.case.due_at)


def test_an_amount_that_is_short_leaves_the_case_waiting_until_the_rest_is_there(office, sent):
    payment = office.payments.of(sent.case.code)
    pay(office, payment, "40")
    short = office.payments.check(sent.case.code)
    assert (PaymentState.REQUESTED, Decimal(40), Decimal("0.50")) == (short.state, short.received, short.missing)
    assert CaseStatus.PAYMENT_REQUESTED == office.store.case(sent.case.code).status
    pay(office, payment, "0.5")
    assert PaymentState.CONFIRMED == office.payments.check(sent.case.code).state


def test_an_amount_that_is_paid_twice_is_said_and_confirms_once(office, sent):
    payment = office.payments.of(sent.case.code)
    for _ in range(2):
        pay(office, payment, "40.50")
        found = office.payments.check(sent.case.code)
    assert (PaymentState.CONFIRMED, FEE) == (found.state, found.excess)
    assert 1 == kinds(office, sent.case.code).count(EventKind.RESUMED)


def test_what_was_paid_for_one_request_does_not_pay_the_next(office, sent):
    code = sent.case.code
    pay(office, office.payments.of(code), "40.50")
    office.payments.check(code)
    second = office.payments.request(code, "desk", "A second copy", Decimal(5))
    assert (PaymentState.REQUESTED, Decimal(0)) == (office.payments.check(code).state, second.received)
    assert CaseStatus.PAYMENT_REQUESTED == office.store.case(code).status
    assert second == office.payments.request(code, "desk", "A second copy", Decimal(5))


def test_a_request_without_an_order_is_not_paid_by_the_order_before(office, sent):
    code = sent.case.code
    pay(office, office.payments.of(code), "40.50")
    office.payments.check(code)
    office.case_service.request_payment(code, "desk", "Something else")
    office.payments.check(code)
    assert CaseStatus.PAYMENT_REQUESTED == office.store.case(code).status


def test_a_confirmation_whose_case_did_not_go_on_is_completed_by_the_next_look(office, sent, monkeypatch):
    code = sent.case.code
    pay(office, office.payments.of(code), "40.50")
    with monkeypatch.context() as broken:
        broken.setattr(office.case_service, "resume", lambda *_: (_ for _ in ()).throw(DataError("the power is gone.")))
        with pytest.raises(DataError):
            office.payments.check(code)
    assert CaseStatus.PAYMENT_REQUESTED == office.store.case(code).status
    office.payments.check(code)
    assert CaseStatus.PROCESSING == office.store.case(code).status


def test_money_for_a_case_that_was_withdrawn_is_said_and_moves_nothing(office, sent):
    code = sent.case.code
    office.tracking.withdraw(code, sent.follow_key, ANONYMOUS, "")
    pay(office, office.payments.of(code), "40.50")
    assert PaymentState.CONFIRMED == office.payments.check(code).state
    assert CaseStatus.WITHDRAWN == office.store.case(code).status


def test_everybody_who_waits_is_looked_at(office, ready):
    sent = [office.applications.submit(ready(PERMIT), ANONYMOUS).case.code for _ in range(3)]
    pay(office, office.payments.of(sent[1]), "40.50")
    assert ["requested", "confirmed", "requested"] == [each.state.value for each in office.payments.check_all()]
    assert sent[0::2] == [each.case for each in office.payments.check_all()]


def test_a_reference_that_nobody_has_is_unknown(office, sent):
    with pytest.raises(UnknownError):
        office.payments.check_reference("0" * 12)
    assert sent.case.code == office.payments.check_reference(office.payments.of(sent.case.code).order.reference).case


def test_nobody_is_asked_to_pay_where_no_connector_is_chosen(office, ready, monkeypatch):
    monkeypatch.setitem(office.payments.__dict__, "connector", None)
    case = office.applications.submit(ready(PERMIT), ANONYMOUS).case
    assert CaseStatus.ACCEPTED == case.status
    with pytest.raises(CaseError, match="no payment connector"):
        office.payments.request(case.code, "desk", "x", Decimal(1))
    assert CaseStatus.ACCEPTED == office.store.case(case.code).status


def test_references_are_printable_and_do_not_repeat():
    found = {new_reference() for _ in range(2000)}
    assert 2000 == len(found)
    for each in found:
        assert 12 == len(each)
        assert each.isascii()
        assert each.isalnum()
        assert each.isupper() or each.isdigit()
        assert check_symbol(each[:-1]) == each[-1]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("40.50", "40.50"), ("1.500.000", "1500000"), ("1,500,000.50", "1500000.50"), ("1.500.000,5", "1500000.5"),
        ("1 500 000 XXX", "1500000"), ("+2,000", "2000"), ("-30", "-30"), ("1500", "1500"), ("0,5", "0.5"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_banks_write_them(text, amount):
    assert Decimal(amount) == amount_in(text)


@given(st.text(max_size=30))
def test_whatever_stands_for_an_amount_is_read_without_a_fault(text):
    found = amount_in(text)
    assert found is None or found.is_finite()


@given(st.integers(0, 10**12), st.sampled_from(",. "))
def test_thousands_are_read_back(number, mark):
    assert number == amount_in(f"{number:,}".replace(",", mark))


def statement(folder: Path, name: str, text: str | bytes) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def read(folder: Path) -> BankStatements:
    return BankStatements(folder, texts=("Details", "Reference"), amounts=("Credit",))


def nobody(_word):
    return False


def test_a_transfer_that_names_two_orders_pays_neither(tmp_path):
    statement(tmp_path, "a.csv", "Reference,Credit\nfor R1R1 and R2R2,10\nR1R1 R1R1,4\n")
    found, orders = read(tmp_path), {"R1R1", "R2R2"}
    assert [Decimal(4), Decimal(0)] == [found.received(each, orders.__contains__) for each in sorted(orders)]


def test_a_statement_is_read_whatever_the_bank_writes_around_it(tmp_path):
    statement(
        tmp_path, "a.csv", "The Bank\nAccount 1\n\nDate;Details;Credit\n1;from x ABC-123 def y;1.000\n2;abc124;7\n"
    )
    statement(tmp_path, "b.csv", "reference\tcredit\nABC123DEF\t2000\n".encode("utf-16"))
    assert (Decimal(3000), Decimal(0)) == (
        read(tmp_path).received("ABC123DEF", nobody),
        read(tmp_path).received("321CBA", nobody),
    )


def test_a_transfer_in_two_statements_is_one_and_twice_in_one_is_two(tmp_path):
    statement(tmp_path, "a.csv", "Reference,Credit\nR1R1,10\nR1R1,10\n")
    statement(tmp_path, "b.csv", "Reference,Credit\nR1R1,10\n")
    assert Decimal(20) == read(tmp_path).received("R1R1", nobody)


def test_what_was_taken_back_does_not_count_and_nothing_goes_below_zero(tmp_path):
    statement(tmp_path, "a.csv", "Reference,Credit\nR1R1,10\nR1R1,-4\nR2R2,-5\n")
    assert (Decimal(6), Decimal(0)) == (
        read(tmp_path).received("R1R1", nobody),
        read(tmp_path).received("R2R2", nobody),
    )


def test_a_broken_statement_is_named_and_holds_up_no_other(tmp_path):
    statement(tmp_path, "a.csv", b"\xff\x00\x81\xfe,\n")
    statement(tmp_path, "b.csv", "who,what\n1,2\n")
    statement(tmp_path, "c.csv", "Reference,Credit\nR1R1,10\nshort\n,\nR1R1,much\n")
    (tmp_path / "d.csv").symlink_to(tmp_path / "c.csv")
    found = read(tmp_path)
    assert Decimal(10) == found.received("R1R1", nobody)
    assert ["a.csv", "b.csv"] == [each.split()[0] for each in found.problems()]


def test_a_statement_that_grows_is_read_again(tmp_path):
    found = read(tmp_path / "missing")
    assert Decimal(0) == found.received("R1R1", nobody)
    found = read(tmp_path)
    statement(tmp_path, "a.csv", "Reference,Credit\nR1R1,10\n")
    assert Decimal(10) == found.received("R1R1", nobody)
    statement(tmp_path, "a.csv", "Reference,Credit\nR1R1,10\nR1R1,5\n")
    assert Decimal(15) == found.received("R1R1", nobody)


@given(st.binary(max_size=300))
def test_whatever_is_dropped_there_is_read_without_a_fault(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("statements")
    statement(folder, "a.csv", b"Reference,Credit\n" + data)
    assert read(folder).received("R1R1", nobody) >= 0
