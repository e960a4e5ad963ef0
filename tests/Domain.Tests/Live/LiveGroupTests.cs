using CsCheck;
using Sentiment.Domain.Live;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Tests.Live;

public class LiveGroupTests
{
    [Theory]
    [InlineData("acme.items.AAPL", LiveKind.Items, "AAPL")]
    [InlineData("acme.items.-", LiveKind.Items, "-")]
    [InlineData("acme.trends.BRK_2eB", LiveKind.Trends, "BRK.B")]
    [InlineData("acme.metrics", LiveKind.Metrics, null)]
    [InlineData("acme.runs", LiveKind.Runs, null)]
    [InlineData("acme.alerts", LiveKind.Alerts, null)]
    public void A_name_says_which_group_it_is(string name, LiveKind kind, string? symbol)
    {
        Assert.True(LiveGroup.TryParse(name, out var group));
        Assert.Equal(new("acme", kind, symbol), group);
        Assert.Equal(name, group.Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("acme")]
    [InlineData("acme.")]
    [InlineData("acme.items")]
    [InlineData("acme.items.")]
    [InlineData("acme.runs.AAPL")]
    [InlineData("acme.items.aapl")]
    [InlineData("acme.items.BRK.B")]
    [InlineData("acme.items.BRK_2EB")]
    [InlineData("acme.items.A_41PL")]
    [InlineData("acme.items._2eA")]
    [InlineData("acme.items.--")]
    [InlineData("acme.items.A_20B")]
    [InlineData("acme.Items.AAPL")]
    [InlineData("ACME.runs")]
    [InlineData("acme.runs\n")]
    [InlineData("acme.items.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Other_names_are_no_groups(string? name) => Assert.False(LiveGroup.TryParse(name, out _));

    [Fact]
    public void Every_symbol_has_one_name_that_leads_back_to_it() =>
        Gen.Char["ABZ019.^=/-"].Array[1, 32].Select(c => new string(c)).Where(SymbolRules.IsSymbol).Sample(symbol =>
        {
            var group = new LiveGroup("acme", LiveKind.Items, symbol);
            return LiveGroup.TryParse(group.Name, out var read) && read == group;
        });
}
