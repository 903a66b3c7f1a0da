namespace WorkloadIdentity.Paths;

/// <summary>The calls that return to a file which the path visited before, with the reason of each.</summary>
internal static class Returns
{
    /// <summary>By <see cref="Key"/>, in the order of the page.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["AccessTokenHandler → AuthorizedRequest.FinishUnlessRejected"] =
            "The response half: the pass that sent the message judges the response.",
        ["TokenCache → TokenCacheTable.Find"] = "What was not found without a lock is looked up again under the lock.",
        ["TokenCache → TokenCacheTable.Add"] = "The request has no entry yet.",
        ["(runtime) → TokenCacheEntry"] = "The thread pool starts the acquisition, without the caller's execution context.",
        ["(runtime) → AcquisitionRunner"] =
            "The thread pool calls the credential, so that one which blocks or ignores its cancellation token holds up nobody.",
        ["ClientAssertion → SigningCertificate.OpenKey"] =
            "The key is opened for one signature, after the certificate's dates were checked.",
        ["TokenResult → AccessToken.From"] = "Each credential puts its name on the token that it returns.",
        ["TokenAcquirer → AcquirerTelemetry.Waited"] = "How long a caller waited is known after the acquisition was recorded.",
        ["ManagedIdentityHostTable → WorkloadEnvironment.FileExists"] =
            "The agent of Azure Arc has no variable: its file is looked for last.",
        ["TokenCacheEntry → OnBehalfOfCache.Completed"] = "An entry of a user may be removed once its acquisition has ended.",
        ["CredentialChain → UnusableCredential.Attempt"] = "Each member that is not configured gives its reason.",
        ["UnusableCredential → TokenResult.After"] = "Each such reason is an attempt of the result.",
        ["CredentialChain → Credential.AcquireAsync"] = "A chain is a credential and asks credentials.",
        ["ImdsHost → ManagedIdentityHost.SendAsync"] = "A host is probed with the same bounds as every request.",
        ["ManagedIdentityHost → ImdsHost.Write"] = "The request is written after the probe was answered.",
        ["ImdsHost → ManagedIdentityRequest.Query"] = "Probe and request have the same parameters.",
        ["ManagedIdentityHost → Backchannel.SendAsync"] = "The request follows the probe.",
        ["BackchannelAnswer → TokenAnswer.Read"] = "Each answer is read once: that of the probe and that of the request.",
        ["Credential → TokenResult.From"] = "The member and the chain each put their name on the result.",
        ["CredentialChain → TokenResult.After"] = "The result lists the attempts of all members.",
        ["AccessTokenHandler.Renewal → TokenAcquirer.RenewTokenAsync"] = "A renewal asks the acquirer that gave the rejected token.",
        ["TokenCacheEntry.Renewal → CachedToken.IsUnexpiredAt"] =
            "Another token that is held answers the rejection without an acquisition.",
        ["TokenCacheEntry.Renewal → InFlightAcquisition.Satisfies"] =
            "The renewal may have waited for an acquisition with other claims.",
        ["AccessTokenHandler.Renewal → AccessTokenHandler.Authorize"] = "The new token is checked like the first one.",
        ["AccessTokenHandler → AuthorizedRequest.With"] = "The same message is sent again, with the new token.",
        ["AccessTokenHandler.Renewal → AuthorizedRequest.Finish"] = "The response half of the second send.",
    };

    /// <summary>The call as the page names it; lambdas are named by their file alone.</summary>
    public static string Key(Move move) => move.Method.StartsWith('<')
        ? $"{Name(move.From)} → {Name(move.To)}"
        : $"{Name(move.From)} → {Name(move.To)}.{move.Method}";

    private static string Name(string file) =>
        file.EndsWith(".cs", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(file) : file;
}
