"""What a phone has to fetch before somebody can apply or follow: everything a page loads, as it comes over the line."""

import pytest
from applications import BIRTH
from hanoi_office import Citizen
from tests.drill import size

MOST = 150_000
"""Bytes, compressed, images apart."""


def weight(page, request) -> dict[str, int]:
    """Bytes by address of everything that is fetched while a page is visited with nothing kept from before."""
    session = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def answered(event) -> None:
        if event["type"] != "Image":
            addresses[event["requestId"]] = event["response"]["url"]

    def finished(event) -> None:
        if event["requestId"] in addresses:
            sizes[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    request()
    page.wait_for_load_state("networkidle")
    session.detach()
    return sizes


@pytest.mark.drill
@pytest.mark.parametrize("language", size(["vi"], ["vi", "en"]))
def test_the_pages_of_applying_and_following_are_light(office, browser, language):
    receipt = office.received(BIRTH)
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    page = context.new_page()
    citizen = Citizen(office, page, language)
    citizen.code, citizen.key = receipt.case.code, receipt.follow_key
    weights = {}
    for name, path in {
        "procedure": f"/procedures/{BIRTH.procedure}",
        "start": f"/procedures/{BIRTH.procedure}/apply",
        "track": "/track",
        "tracked": f"/track/{citizen.code}",
        "own": citizen.own,
    }.items():
        weights[name] = weight(page, lambda path=path: citizen.go(path))
    citizen.go(f"/procedures/{BIRTH.procedure}/apply")
    citizen.press()
    weights["you"] = weight(page, page.reload)
    citizen.say_who(BIRTH)
    for number, answers in enumerate(BIRTH.pages):
        weights[f"questions {number}"] = weight(page, page.reload)
        citizen.fill(answers)
        citizen.press()
    weights["documents"] = weight(page, page.reload)
    context.close()
    heavy = {name: sizes for name, sizes in weights.items() if sum(sizes.values()) > MOST}
    assert {} == heavy
    assert all(len(sizes) > 1 for sizes in weights.values())
