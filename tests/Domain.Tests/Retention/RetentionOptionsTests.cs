using System.ComponentModel.DataAnnotations;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Tests.Retention;

public class RetentionOptionsTests
{
    [Fact]
    public void Each_bad_setting_is_named()
    {
        Assert.Equal(["History", "Items", "Seconds"], Problems(new() { History = 0, Items = 3651, Seconds = 61 }).Order());
        Assert.Equal(["Raw"], Problems(new() { Raw = 91 }));
        Assert.Equal(["Bars"], Problems(new() { Bars = 364 }));
        Assert.Empty(Problems(new()));
    }

    [Fact]
    public void A_tenant_s_own_days_come_first_and_bars_are_never_kept_shorter_than_items()
    {
        var options = new RetentionOptions { Items = 100, Bars = 200, Quarantine = 50 };
        Assert.Equal(new(100, 200, 50), options.For(null));
        Assert.Equal(new(300, 300, 50), options.For(new(300)));
        Assert.Equal(new(7, 9, 8), options.For(new(7, 9, 8)));
        Assert.Equal(new TenantRetention(100, 100, 50), options.For(new(null, 10)));
    }

    private static List<string> Problems(RetentionOptions options)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), found, validateAllProperties: true);
        return found.ConvertAll(p => p.MemberNames.Single());
    }
}
