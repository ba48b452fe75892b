"""Adoption receipts: what a deployment runs and how it does, signed by its province, for the ministry to read."""

from pilotkit.adoption.receipts import receipt_of
from pilotkit.adoption.sealing import KIND, open_receipt, sign_receipt
from pilotkit.adoption.sending import send_receipt

__all__ = ["KIND", "open_receipt", "receipt_of", "send_receipt", "sign_receipt"]
