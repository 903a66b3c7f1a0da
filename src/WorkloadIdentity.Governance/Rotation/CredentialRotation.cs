using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Replaces the credentials of applications without an outage, in two steps. <see cref="PlanStartAsync"/> adds a new one and writes it to
/// a destination; programs may go on to use the old one. <see cref="PlanFinishAsync"/> removes the old one when nothing uses it any more.
/// Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// The state of a rotation is the display name of the credential that it added, so each step can be repeated: after a crash at any point
/// the same step goes on, and nothing is added twice.
/// </para>
/// <para>
/// The identity of the client needs <c>Application.ReadWrite.OwnedBy</c> as an owner of the application (or
/// <c>Application.ReadWrite.All</c>), <c>Policy.Read.All</c> for the policies on credentials, and <c>AuditLog.Read.All</c> to finish.
/// </para>
/// </remarks>
public sealed partial class CredentialRotation
{
    private readonly GraphClient _graph;
    private readonly RotationOptions _options;
    private readonly CredentialWriter _writer;
    private readonly CredentialTrial _trial;

    /// <summary>Rotations that are made through a client.</summary>
    /// <param name="graph">Reaches Graph. It must outlive the rotation, which does not dispose it.</param>
    /// <param name="options">How they are made.</param>
    /// <exception cref="ArgumentException">An option cannot be used. The message says why.</exception>
    public CredentialRotation(GraphClient graph, RotationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _options = (options ?? new RotationOptions()).Checked();
        _writer = new CredentialWriter(graph);
        _trial = new CredentialTrial(graph, _options);
    }

    private TimeProvider Time => _graph.Options.TimeProvider;

    /// <summary>
    /// A plan that adds a credential, waits until Entra accepts it, and writes it to the destination. It is empty while a rotation to that
    /// destination is under way and the new credential has been written.
    /// </summary>
    /// <param name="request">What is rotated.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The request cannot be used. The message says why.</exception>
    /// <exception cref="ChangeRefusedException">It would do harm, or a policy forbids it. The message says why.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="IOException">The destination cannot be read.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public Task<ChangePlan> PlanStartAsync(RotationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PlanReplacingAsync(request, compromised: [], cancellationToken);
    }

    /// <summary>The same, where compromised credentials are about to be removed: none of them is a rotation that goes on.</summary>
    internal async Task<ChangePlan> PlanReplacingAsync(
        RotationRequest request, IReadOnlyList<ApplicationKey> compromised, CancellationToken cancellationToken)
    {
        request.Checked();
        var actor = await _graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var application = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
        var (current, first, interrupted) =
            await UnderWayAsync(application, request, request.Force, compromised, cancellationToken).ConfigureAwait(false);
        RequireOld(interrupted, request);
        List<ApplicationKey> removed = [.. interrupted.Select(each => each.Key)];
        foreach (var (key, _) in interrupted.Where(each => each.MayBeInUse))
        {
            RequireAnother(application, key, removed, request);
        }

        var changesCertificates = removed.Exists(key => key.Kind == CredentialKind.Certificate)
            || (current is null && request.Kind == CredentialKind.Certificate);
        var proof = await ProofAsync(request, application, changesCertificates, cancellationToken).ConfigureAwait(false);
        List<PlannedChange> changes =
            [.. interrupted.Select(each => Removal(each.Key, each.MayBeInUse, removed, application, request, proof))];
        if (StartedNote(current, first, request) is { } note)
        {
            return new ChangePlan(actor, application.Name, changes, [note]);
        }

        await request.Destination.CheckAsync(request.Kind, cancellationToken).ConfigureAwait(false);
        var replaced = Replaced(application, request, removed);
        var policy = await PolicyAsync(application, request, cancellationToken).ConfigureAwait(false);
        if (request.Kind == CredentialKind.Certificate)
        {
            RequireProof(proof, application);
        }

        var limit = policy.LongestLife < request.Lifetime
            ? $"A policy of the tenant limits the life of this credential to {Hours(policy.LongestLife.Value)} hours."
            : null;
        changes.Add(Start(actor.TenantId, application, request, replaced, proof, Life(request, policy)));
        return new ChangePlan(
            actor, application.Name, changes, new[] { policy.Note, limit, request.Destination.Note }.OfType<string>());
    }

    private async Task<CredentialPolicy> PolicyAsync(
        ApplicationKeys application, RotationRequest request, CancellationToken cancellationToken)
    {
        var policy = await CredentialPolicy.ReadAsync(_graph, application, request.Kind, cancellationToken).ConfigureAwait(false);
        return policy.IsForbidden && !request.Force
            ? throw new ChangeRefusedException(
                $"A policy of the tenant forbids to add client secrets to the {application.Name}. Rotate to a certificate, or ask whoever "
                    + "manages the app management policies for an exemption.")
            : policy;
    }

    private PlannedChange Start(
        string tenantId, ApplicationKeys planned, RotationRequest request, ApplicationKey? replaced, X509Certificate2? proof,
        TimeSpan life) => new(
            $"Add a {Words.OfApplication(request.Kind)} that is valid until {PlainText.Day(Time.GetUtcNow() + life)}, wait until Entra "
                + $"accepts it, and write it to {request.Destination}. "
                + (replaced is null ? "It is the first one." : $"It will replace the {replaced}, which stays valid for now."),
            replaced is null
                ? $"Remove it from the application by its id, and from {request.Destination}."
                : $"Write the old credential back to {request.Destination}, and remove the new one from the application by its id.",
            async cancellationToken =>
            {
                using var turn = await RotationLock.TakeAsync(_options.LockFolder, planned.ObjectId, Time, cancellationToken)
                    .ConfigureAwait(false);
                return await MakeAsync(tenantId, planned, request, replaced, proof, life, cancellationToken).ConfigureAwait(false);
            });

    private async Task<string?> MakeAsync(
        string tenantId, ApplicationKeys planned, RotationRequest request, ApplicationKey? replaced, X509Certificate2? proof,
        TimeSpan life, CancellationToken cancellationToken)
    {
        var application = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
        if (replaced is not null && application.Find(replaced.KeyId) is null)
        {
            throw new ChangeRefusedException($"The {replaced} was removed since the plan was made. Make the plan again.");
        }

        if (application.All.FirstOrDefault(key => IsRival(key, application, planned, request, replaced)) is { } other)
        {
            throw new ChangeRefusedException(
                $"Another rotation has begun since the plan was made: {other}. Make the plan again to go on with it.");
        }

        var credential = await AddAsync(application, request, replaced, proof, life, cancellationToken).ConfigureAwait(false);
        await _trial.PassAsync(tenantId, request.Application, credential, cancellationToken).ConfigureAwait(false);
        await YieldToOtherAsync(credential, planned, request, replaced, proof, cancellationToken).ConfigureAwait(false);
        await request.Destination.WriteAsync(credential, cancellationToken).ConfigureAwait(false);
        return $"{Words.OfApplication(request.Kind)} {credential.KeyId}, valid until {PlainText.Day(credential.ExpiresOn)}, is in "
            + $"{request.Destination}";
    }

    /// <summary>Adds the credential. A secret whose answer was lost was removed, and another one is added.</summary>
    private async Task<NewCredential> AddAsync(
        ApplicationKeys application, RotationRequest request, ApplicationKey? replaced, X509Certificate2? proof, TimeSpan life,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var now = Time.GetUtcNow();
            var name = RotationName.New(now, request.Destination.Fingerprint, replaced?.KeyId);
            await request.Destination.PrepareAsync(name, cancellationToken).ConfigureAwait(false);
            if (request.Kind == CredentialKind.Certificate)
            {
                using var key = _options.MakeKey();
                return await _writer.AddCertificateAsync(application, name, now + life, key, proof!, cancellationToken)
                    .ConfigureAwait(false);
            }

            if (await _writer.AddSecretAsync(application, name, now + life, cancellationToken).ConfigureAwait(false) is { } secret)
            {
                return secret;
            }

            if (attempt >= _graph.Options.MaxAttempts)
            {
                throw new ChangeRefusedException(
                    $"The answer to addPassword was lost {attempt} times. Each secret that was added was removed again. Check the network "
                        + "between this machine and Graph, then run the same command again.");
            }
        }
    }

    /// <summary>
    /// Of two machines that began at the same time one gives up before it writes: the one whose name is later, or that comes later to a
    /// destination which the other has written. It looks after the trial, when Graph shows what the other one added.
    /// </summary>
    private async Task YieldToOtherAsync(
        NewCredential credential, ApplicationKeys planned, RotationRequest request, ApplicationKey? replaced, X509Certificate2? proof,
        CancellationToken cancellationToken)
    {
        if (await _writer.FindAsync(request.Application, credential.Name, cancellationToken).ConfigureAwait(false) is not { } own)
        {
            throw new ChangeRefusedException(
                $"The new {credential} was removed while Entra was asked to accept it, so it was not written. Another machine may rotate "
                    + "the same application. Run the same command again.");
        }

        var application = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
        foreach (var other in application.All.Where(
            key => key.KeyId != own.KeyId && IsRival(key, application, planned, request, replaced)))
        {
            if (string.CompareOrdinal(other.Rotation!.ToString(), credential.Name.ToString()) < 0
                || await IsHeldAsync(other, request, cancellationToken).ConfigureAwait(false))
            {
                await _writer.RemoveAsync(application, own, proof, cancellationToken).ConfigureAwait(false);
                throw new ChangeRefusedException(
                    $"Another machine began a rotation at the same time: {other}. The credential that was added here was removed again.");
            }
        }
    }

    private static string Moment(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
