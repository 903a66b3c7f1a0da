namespace WorkloadIdentity.Governance;

/// <summary>A type that stands for one text of Graph: an id, or a value of an open list.</summary>
internal interface IOpenText<TSelf>
    where TSelf : struct, IOpenText<TSelf>
{
    string Value { get; }

    static abstract TSelf Of(string value);
}
