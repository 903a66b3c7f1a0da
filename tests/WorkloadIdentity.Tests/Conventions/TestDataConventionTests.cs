using System.Collections;
using System.Reflection;

namespace WorkloadIdentity.Tests;

public sealed class TestDataConventionTests
{
    // xunit writes each row as text when it looks for tests, at some 700 bytes for a byte of an array: 1 MiB cost a gigabyte of memory.
    private const int MaxElements = 10_000;
    private const int MaxLength = 100_000;

    [Fact]
    public void Rows_of_test_data_are_small()
    {
        var large =
            from type in typeof(TestDataConventionTests).Assembly.GetTypes()
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Static)
            where property.PropertyType.IsAssignableTo(typeof(IEnumerable<object?[]>))
            from row in (IEnumerable<object?[]>)property.GetValue(null)!
            where row.Any(value => value is ICollection { Count: > MaxElements } or string { Length: > MaxLength })
            select $"{type.Name}.{property.Name}";

        Assert.Equal([], large);
    }
}
