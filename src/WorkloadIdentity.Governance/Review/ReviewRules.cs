using System.Collections.Immutable;

namespace WorkloadIdentity.Governance;

/// <summary>The rules, the greatest harm first. docs/governance.md has a section for each.</summary>
internal static class ReviewRules
{
    public static ReviewRule LeakedCredential { get; } = new(
        FindingSeverity.Critical, "leaked-credential", "A credential is in someone else's hands",
        "Microsoft found the credential in public. Add a new one, move the workload, remove this one, and then rotate what the identity "
            + "could read.");

    public static ReviewRule RiskyIdentity { get; } = new(
        FindingSeverity.Critical, "risky-identity", "Identity Protection reports a risk",
        "The identity behaved as one that an attacker uses. Look at its sign-ins, replace its credentials, and then dismiss the risk.");

    public static ReviewRule DisabledByMicrosoft { get; } = new(
        FindingSeverity.High, "disabled-by-microsoft", "Microsoft disabled an application",
        "Microsoft saw the application break its terms of service: it is malicious, or was taken over. It cannot be deleted; remove its "
            + "permissions.");

    public static ReviewRule BreaksNext { get; } = new(
        FindingSeverity.Critical, "breaks-next", "A workload stops: a credential that is in use ends",
        "The workload stops when the credential ends. Add a new one, move the workload to it, see that it is used, and remove this one. "
            + "Federation and managed identities have nothing that ends.");

    public static ReviewRule TenantPower { get; } = new(
        FindingSeverity.High, "tenant-power", "An identity can take over the tenant",
        "Whoever has one of its credentials has the tenant. Give it a smaller permission; if it needs this one, let it use federation or a "
            + "managed identity, and review it.");

    public static ReviewRule PowerByOwnership { get; } = new(
        FindingSeverity.High, "power-by-ownership", "An identity owns one that is more powerful",
        "An owner can add a credential to what it owns, and act as it. Make a person the owner.");

    public static ReviewRule FederationTrust { get; } = new(
        FindingSeverity.High, "federation-trust", "A federation trusts too much",
        "Whatever the issuer names with a matching subject can act as the application. Name one repository and branch, one service "
            + "account, one identity.");

    public static ReviewRule ForeignCredential { get; } = new(
        FindingSeverity.High, "credential-on-service-principal", "A service principal has a credential of its own",
        "It is not listed with the application, so few people see it. Attackers hide there. Remove it unless you know who uses it.");

    public static ReviewRule ReviewIgnored { get; } = new(
        FindingSeverity.High, "access-review", "A privileged identity is not reviewed, or the review has no effect",
        "Nobody confirmed that the identity still needs its role, or someone denied it and it still has it.");

    public static ReviewRule NoPolicy { get; } = new(
        FindingSeverity.Medium, "no-policy", "A powerful identity is under no Conditional Access policy",
        "A stolen credential works from every address. Policies cover applications of this tenant only; managed identities, and "
            + "applications of other tenants or for several, can never be covered.");

    public static ReviewRule WidePower { get; } = new(
        FindingSeverity.Medium, "wide-power", "An identity reaches everything of a kind",
        "One stolen credential opens all mail, all files or the whole directory. Limit it: Sites.Selected, application access policies, a "
            + "smaller permission.");

    public static ReviewRule EndsSoon { get; } = new(
        FindingSeverity.Medium, "ends-soon", "A credential ends soon, and its use is not known",
        "It may stop a workload. Read the report of credential use to know (docs/governance.md#permissions), or ask the owner.");

    public static ReviewRule Ownerless { get; } = new(
        FindingSeverity.Medium, "ownerless", "Nobody owns an identity",
        "Nobody is told when it breaks, and nobody can say whether it is needed. Name an owner: better two, and people.");

    public static ReviewRule LongLived { get; } = new(
        FindingSeverity.Medium, "long-lived-credential", "A credential lives too long",
        "The longer it lives, the more copies there are. Make secrets that live at most a year, or use federation.");

    public static ReviewRule Federate { get; } = new(
        FindingSeverity.Medium, "replace-secret", "A secret can be replaced",
        "A federation or a managed identity has nothing that leaks or ends.");

    public static ReviewRule UnusedCredential { get; } = new(
        FindingSeverity.Medium, "unused-credential", "A credential can be deleted today",
        "It works, and nobody used it while reports reach. It can only be stolen.");

    public static ReviewRule UnusedIdentity { get; } = new(
        FindingSeverity.Medium, "unused-identity", "Nobody uses an identity",
        "It holds permissions for nobody. Disable it, wait a month, and delete it.");

    public static ReviewRule FederationHygiene { get; } = new(
        FindingSeverity.Medium, "federation-hygiene", "A federation does not match, or there is no place for another",
        "A token matches by issuer, subject and audience, letter by letter. An identity has at most 20 federated credentials.");

    public static ReviewRule Expired { get; } = new(
        FindingSeverity.Low, "expired-credential", "A credential ended and is still there",
        "It hides those that matter. Remove it.");

    public static ReviewRule NotRevocable { get; } = new(
        FindingSeverity.Note, "not-revocable", "The tokens of a powerful identity cannot be revoked at once",
        "Continuous access evaluation takes applications of this tenant only. A stolen token of another identity works until it ends, up "
            + "to 24 hours.");

    public static ReviewRule NotRead { get; } = new(
        FindingSeverity.Medium, "not-read", "A part of the tenant could not be read",
        "What is missing here is not known to be well. Grant the permission, or accept that the question has no answer.");

    public static ImmutableArray<ReviewRule> All { get; } =
    [
        LeakedCredential, RiskyIdentity, DisabledByMicrosoft, BreaksNext, TenantPower, PowerByOwnership, FederationTrust, ForeignCredential,
        ReviewIgnored, NoPolicy, WidePower, EndsSoon, Ownerless, LongLived, Federate, UnusedCredential, UnusedIdentity, FederationHygiene,
        Expired, NotRevocable, NotRead,
    ];
}
