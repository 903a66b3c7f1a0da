using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What a credential is made with: the identity's options, and clock, loggers and environment from the container.</summary>
internal sealed class CredentialDependencies(string identity, WorkloadIdentityOptions options, IServiceProvider services)
{
    private readonly TimeProvider _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly WorkloadEnvironment _environment = services.GetRequiredService<WorkloadEnvironment>();

    /// <summary>Whose credential it is: the identity's name, empty for the unnamed one.</summary>
    public string Identity { get; } = identity;

    public TimeProvider TimeProvider => _timeProvider;

    public ILoggerFactory? LoggerFactory { get; } = services.GetService<ILoggerFactory>();

    public bool AllowsAssertionUrl => options.AllowAssertionUrl;

    public bool AllowsAssertionCommand => options.AllowAssertionCommand;

    public IServiceProvider Services { get; } = services;

    public ApplicationCredentialOptions Application()
    {
        var (authority, problem) = Authority.Choose(options.AuthorityHost, _environment, options.AllowUnknownAuthorityHost);
        var application = new ApplicationCredentialOptions
        {
            AuthorityHost = authority ?? throw new ArgumentException(problem),
            AllowUnknownAuthorityHost = options.AllowUnknownAuthorityHost,
            HttpClient = options.EntraHttpClient,
            UseIdentityBinding = options.UseIdentityBinding,
            TimeProvider = _timeProvider,
            Environment = _environment,
            LoggerFactory = LoggerFactory,
            Retry = options.Retry ?? new RetryOptions(),
        };
        Copy(options.AdditionallyAllowedTenants, application.AdditionallyAllowedTenants);
        return application;
    }

    public ManagedIdentityCredentialOptions ManagedIdentity() => new()
    {
        HttpClient = options.ManagedIdentityHttpClient,
        TimeProvider = _timeProvider,
        Environment = _environment,
        LoggerFactory = LoggerFactory,
        Retry = options.Retry,
        AllowNodeIdentity = options.AllowNodeIdentity,
    };

    /// <summary>A default chain was asked for: what joins it has something to join.</summary>
    public bool HasDefaultChain { get; private set; }

    public DefaultCredentialsOptions DefaultChain()
    {
        HasDefaultChain = true;
        var chain = new DefaultCredentialsOptions
        {
            AuthorityHost = options.AuthorityHost,
            AllowUnknownAuthorityHost = options.AllowUnknownAuthorityHost,
            AllowNodeIdentity = options.AllowNodeIdentity,
            HttpClient = options.EntraHttpClient,
            UseIdentityBinding = options.UseIdentityBinding,
            ManagedIdentityHttpClient = options.ManagedIdentityHttpClient,
            TimeProvider = _timeProvider,
            Environment = _environment,
            LoggerFactory = LoggerFactory,
            Retry = options.Retry,
        };
        Copy(options.AdditionallyAllowedTenants, chain.AdditionallyAllowedTenants);
        Copy(options.Allow, chain.Allow);
        Copy(options.DefaultChainMembers, chain.Members);
        return chain;
    }

    private static void Copy<T>(IList<T> from, IList<T> to)
    {
        foreach (var item in from)
        {
            to.Add(item);
        }
    }
}
