"""Drafts: applications that are not sent yet, sealed, and found only by whoever has their secret token."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from pilotkit.casework.attachment_types import MAX_FILES, checked
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.application import Draft
from pilotkit.model.personal import Attachment, Content
from pilotkit.model.procedure import Channel
from pilotkit.storage import application_store as kept
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Sealed, Vault

LIFE = timedelta(days=30)
"""How long a draft lives after the last change, and how long its token gets the receipt once it is sent."""
RESERVE = 256 * 1024**2
"""Bytes of the disk that drafts leave alone, so that what is sent, and what comes to the counter, can be received."""
_TOKEN_BYTES = 32
_NOT_SEALED = {"attachments", "updated_at", "expires_at"}


class Drafts:
    """The drafts of one deployment. Every method that takes a token raises :class:`UnknownError` for a wrong one.

    Args:
        store: where they are kept.
        vault: seals them.
        clock: answers with the aware present.
    """

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def start(self, procedure: str, channel: Channel) -> str:
        """Return a new draft's token. What is older than :data:`LIFE` is thrown away on the way.

        Raises:
            CaseError: the disk is nearly full.
        """
        self._check_room()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        draft = Draft(procedure=procedure, channel=channel, updated_at=self._clock(), expires_at=self._clock() + LIFE)
        digest = digest_of(token)
        with self._store.write_session() as session:
            kept.purge_drafts(session, self._clock() - LIFE)
            row = kept.DraftRow(digest=digest, key_id="", sealed=b"", updated_at=self._clock())
            self._write(row, draft)
            session.add(row)
        return token

    def read(self, token: str) -> Draft:
        """Return what was filled in so far."""
        digest = digest_of(token)
        with self._store.read_session() as session:
            return self._opened(session, self._row(session, digest))

    def change(self, token: str, change: Callable[[Draft], Mapping[str, Any]]) -> None:
        """Change fields of a draft; nobody else changes it meanwhile.

        Args:
            token: whose.
            change: gets the draft and answers with the fields to replace.
        """
        with self._store.write_session() as session:
            row = self._row(session, digest_of(token), is_changing=True)
            draft = self._opened(session, row)
            self._write(row, draft.model_copy(update=dict(change(draft))))

    def attach(self, token: str, content: Content) -> Attachment:
        """Keep a file with a draft.

        Raises:
            CaseError: it may not be kept, or there are too many, or the disk is nearly full.
        """
        self._check_room()
        content, digest = checked(content), digest_of(token)
        found = Attachment(
            id=secrets.token_hex(16), document=content.document, name=content.name, media_type=content.media_type,
            size=len(content.data), digest=hashlib.sha256(content.data).hexdigest(), at=self._clock(),
        )  # fmt: skip
        about = self._vault.seal(found.model_dump_json().encode(), kept.draft_about_place(digest, found.id))
        data = self._vault.seal(content.data, kept.draft_content_place(digest, found.id))
        with self._store.write_session() as session:
            row = self._row(session, digest, is_changing=True)
            if len(kept.abouts_of(session, digest)) >= MAX_FILES:
                raise CaseError(
                    f"an application may have {MAX_FILES} files at most.", remedy="Put several pages into one PDF."
                )
            row.updated_at = self._clock()
            part = kept.DraftAttachmentRow(
                id=found.id, draft=digest, number=kept.next_part(session, digest), key_id=about.key_id,
                about=about.data, content=data.data,
            )  # fmt: skip
            session.add(part)
        return found

    def content(self, token: str, attachment_id: str) -> tuple[Attachment, bytes]:
        """One file of a draft, with what is in it.

        Raises:
            UnknownError: also when the draft has no such file.
        """
        digest = digest_of(token)
        with self._store.read_session() as session:
            self._row(session, digest)
            rows = [each for each in kept.parts_of(session, digest) if each.id == attachment_id]
        if not rows:
            raise _no_part()
        content = self._content(rows[0])
        about = self._attachment(digest, rows[0].id, Sealed(rows[0].key_id, rows[0].about))
        return about, content.data

    def detach(self, token: str, attachment_id: str) -> None:
        """Take a file out again.

        Raises:
            UnknownError: also when the draft has no such file.
        """
        with self._store.write_session() as session:
            row = self._row(session, digest_of(token), is_changing=True)
            row.updated_at = self._clock()
            if not kept.drop_part(session, row.digest, attachment_id):
                raise _no_part()

    def whole(self, token: str) -> tuple[Draft, tuple[Content, ...]]:
        """Return a draft with what is in its files, as one moment has them."""
        digest = digest_of(token)
        with self._store.read_session() as session:
            draft = self._opened(session, self._row(session, digest))
            rows = kept.parts_of(session, digest)
        return draft, tuple(self._content(row) for row in rows)

    def name_owner(self, token: str, owner: str) -> None:
        """Remember who is about to send it."""
        with self._store.write_session() as session:
            kept.name_owner(session, digest_of(token), owner)

    def purge(self) -> int:
        """Throw away what is older than :data:`LIFE`; how many."""
        with self._store.write_session() as session:
            return kept.purge_drafts(session, self._clock() - LIFE)

    def _check_room(self) -> None:
        left = self._store.room_left()
        if left is not None and left < RESERVE:
            raise CaseError(
                "nothing new can be filled in online at the moment: the office's disk is nearly full.",
                remedy="Come back later, or go to a service point.",
            )

    def _row(self, session: Session, digest: str, *, is_changing: bool = False) -> kept.DraftRow:
        row = kept.draft_row(session, digest, self._clock() - LIFE, is_changing=is_changing)
        if row is None:
            raise no_draft()
        return row

    def _opened(self, session: Session, row: kept.DraftRow) -> Draft:
        said = json.loads(self._vault.open(Sealed(row.key_id, row.sealed), kept.draft_place(row.digest)))
        abouts = kept.abouts_of(session, row.digest)
        return Draft(
            **said,
            attachments=tuple(self._attachment(row.digest, id_, sealed) for id_, sealed in abouts),
            updated_at=row.updated_at,
            expires_at=row.updated_at + LIFE,
        )

    def _write(self, row: kept.DraftRow, draft: Draft) -> None:
        said = draft.model_dump(mode="json", exclude=_NOT_SEALED)
        sealed = self._vault.seal(json.dumps(said).encode(), kept.draft_place(row.digest))
        row.key_id, row.sealed, row.updated_at = sealed.key_id, sealed.data, self._clock()

    def _attachment(self, digest: str, attachment_id: str, sealed: Sealed) -> Attachment:
        return Attachment.model_validate_json(self._vault.open(sealed, kept.draft_about_place(digest, attachment_id)))

    def _content(self, row: kept.DraftAttachmentRow) -> Content:
        about = self._attachment(row.draft, row.id, Sealed(row.key_id, row.about))
        data = self._vault.open(Sealed(row.key_id, row.content), kept.draft_content_place(row.draft, row.id))
        return Content(document=about.document, name=about.name, media_type=about.media_type, data=data)


def digest_of(token: str) -> str:
    """Return what a draft is found by, and the key under which it is submitted: SHA-256 of its token, in hex."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def no_draft() -> UnknownError:
    """There is none, or it was too old."""
    return UnknownError(
        f"this application is not here: it was sent, or nobody has touched it for {LIFE.days} days.",
        remedy="Start again.",
    )


def _no_part() -> UnknownError:
    return UnknownError("this application has no such file.", remedy="Load its page again.")
