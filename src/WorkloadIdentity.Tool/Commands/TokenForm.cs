namespace WorkloadIdentity.Tool;

/// <summary>The output format of a token.</summary>
internal enum TokenForm
{
    Summary,
    Value,
    Claims,
    Header,
    Variable,
    Json,
}
