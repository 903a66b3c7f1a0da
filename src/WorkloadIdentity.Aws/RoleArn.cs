using System.Text.RegularExpressions;

namespace WorkloadIdentity.Aws;

/// <summary>The ARN of a role. Servers other than AWS leave the account out.</summary>
internal sealed partial class RoleArn
{
    /// <exception cref="ArgumentException">The text is not the ARN of a role.</exception>
    public RoleArn(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        Value = Form().IsMatch(value)
            ? value
            : throw new ArgumentException(
                "This is not the ARN of a role. Expected one such as arn:aws:iam::123456789012:role/orders.", nameof(value));
    }

    public string Value { get; }

    /// <summary>The partition: <c>aws</c>, <c>aws-cn</c>, <c>aws-us-gov</c>.</summary>
    public string Partition => Value.Split(':')[1];

    public override string ToString() => Value;

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:iam::([0-9]{12})?:role/[A-Za-z0-9_+=,.@/-]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
