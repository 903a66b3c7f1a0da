namespace WorkloadIdentity.Testing;

/// <summary>What goes wrong from now on.</summary>
internal static class FaultRoutes
{
    public static IReadOnlyList<AdminRoute> All { get; } =
    [
        new("PATCH", "faults", call =>
        {
            var outage = call.Body.Flag("outage");
            call.Commit();
            call.Entra.Faults.Outage = outage ?? call.Entra.Faults.Outage;
            return AdminCall.Done();
        }),
        new("DELETE", "faults", call =>
        {
            call.Entra.Faults.Clear();
            return AdminCall.Done();
        }),
        new("PATCH", "faults/*", call =>
        {
            var settings = FaultSettings.Read(call.Body, call.Faults);
            call.Commit();
            settings.ApplyTo(call.Faults);
            return AdminCall.Done();
        }),
        new("POST", "faults/*", call =>
        {
            var fault = FaultSettings.ReadFault(call.Body, call.Faults);
            call.Commit();
            call.Faults.Next(fault!.Value.Fault, fault.Value.Times);
            return AdminCall.Done();
        }),
        new("DELETE", "faults/*", call =>
        {
            call.Faults.Clear();
            return AdminCall.Done();
        }),
    ];
}
