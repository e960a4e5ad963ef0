using Sentiment.LocalHost.Live;

namespace Sentiment.LocalHost.Tests.Live;

public class PermissionsTests
{
    [Theory]
    [InlineData("webpubsub.joinLeaveGroup", "any.thing", true)]
    [InlineData("webpubsub.joinLeaveGroup.acme.runs", "acme.runs", true)]
    [InlineData("webpubsub.joinLeaveGroup.acme.runs", "acme.runs2", false)]
    [InlineData("webpubsub.joinLeaveGroup.acme.**", "acme.runs", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "acme.items.AAPL", true)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "acme2.items.AAPL", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "acme", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "ACME.items.AAPL", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "**", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.**", "bolt.acme.items", false)]
    [InlineData("webpubsub.joinLeaveGroups.acme.*", "acme.runs", true)]
    [InlineData("webpubsub.joinLeaveGroups.acme.*", "acme.items.AAPL", false)]
    [InlineData("webpubsub.joinLeaveGroups.*.items.*", "acme.items.AAPL", true)]
    [InlineData("webpubsub.joinLeaveGroups.*.items.*", "acme.x.items.AAPL", false)]
    [InlineData("webpubsub.joinLeaveGroups.**.AAPL", "acme.items.AAPL", true)]
    [InlineData("webpubsub.joinLeaveGroups", "acme.runs", false)]
    [InlineData("webpubsub.joinLeaveGroups.", "acme.runs", false)]
    [InlineData("webpubsub.sendToGroup", "acme.runs", false)]
    [InlineData("webpubsub.joinLeaveGroupX", "acme.runs", false)]
    public void A_role_permits_what_it_names_and_no_more(string role, string group, bool isPermitted)
    {
        Assert.Equal(isPermitted, new Permissions([role]).MayJoin(group));
        Assert.Equal(isPermitted, new Permissions(["other", role.Replace("joinLeave", "sendTo", StringComparison.Ordinal)]).MaySend(group) && role != "webpubsub.sendToGroup");
        Assert.False(new Permissions([]).MayJoin(group));
    }
}
