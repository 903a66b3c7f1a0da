namespace WorkloadIdentity.Tool;

/// <summary>How a token is written.</summary>
internal enum TokenForm
{
    Summary,
    Value,
    Claims,
    Header,
    Variable,
    Json,
}
