"""Trust: packages and their differences, registries, signed statements and adoption receipts."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "adoption.signed_receipt": "open_receipt public_key",
    "errors": "PackageError TemplateError TrustError",
    "model.adoption": "AdoptionReceipt CheckSummary InstalledPackage LeftOpen MonthlyFigure OpenPlace RefusalReason "
    "RefusedUpgrade",
    "model.notes": "DeadlineNote FeesNote KpiNote ProcedureNote ReleaseNotes",
    "model.package": "Derivation Manifest MeasuredFigure PackageInfo precedence",
    "model.registry": "DeploymentTrust Listing Release Revocation Revocations TrustStatement",
    "packages.archive": "PackageArchive",
    "packages.package_diff": "compare_packages kpis_of",
    "registry.envelopes": "open_statement sign_statement",
    "registry.status": "PublishedRelease RegistryStatus RoleStatus published_releases status_of",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
