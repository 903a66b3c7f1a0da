using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class WhatIfResultTests
{
    [Theory]
    [InlineData(true, "enabled", "Block", true)]
    [InlineData(false, "enabled", "block", false)]
    [InlineData(null, "enabled", "block", false)]
    [InlineData(true, "enabledForReportingButNotEnforced", "block", false)]
    [InlineData(true, "disabled", "block", false)]
    [InlineData(true, "enabled", "mfa", false)]
    public void A_policy_blocks_if_it_applies_is_enforced_and_has_the_control(bool? applies, string state, string control, bool expected) =>
        Assert.Equal(
            expected,
            new WhatIfResult
            {
                PolicyApplies = applies,
                State = new ConditionalAccessState(state),
                GrantControls = new ConditionalAccessGrant { BuiltInControls = [control] },
            }.Blocks);
}
