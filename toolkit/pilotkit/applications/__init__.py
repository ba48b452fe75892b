"""What a citizen does: apply, follow, supplement, pay, withdraw, fetch the result."""
