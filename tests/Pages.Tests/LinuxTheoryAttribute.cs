using System.Runtime.InteropServices;

namespace Pages.Tests;

/// <summary>A theory with a program that its package brings for Linux on x64 only.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="LinuxTheoryAttribute"/>
    public LinuxTheoryAttribute() =>
        Skip = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? null
            : "Not on this system: the package brings the compiler of Bicep for Linux on x64 only.";
}
