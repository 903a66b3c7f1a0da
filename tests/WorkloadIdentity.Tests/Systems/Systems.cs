namespace WorkloadIdentity.Tests;

/// <summary>Operating systems, for tests that belong to some of them.</summary>
[Flags]
public enum Systems
{
    Linux = 1,
    MacOS = 2,
    Windows = 4,
    Unix = Linux | MacOS,
}
