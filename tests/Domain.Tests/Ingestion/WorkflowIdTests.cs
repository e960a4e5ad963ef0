using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Ingestion;

public class WorkflowIdTests
{
    private const string Run = "20300110T120000000Z-0123abcd";

    [Fact]
    public void A_tables_id_is_legal_and_tells_whose_it_is()
    {
        var (tenant, table) = (WorkflowIds.Of(new TenantId(Run, "acme")), WorkflowIds.Of(new TableId(Run, "acme", "tiingo/news")));
        Assert.Equal((Run + ":acme", Run + ":acme:tiingo~2fnews"), (tenant, table));
        InstanceIds.ValidateChild(Run, tenant);
        InstanceIds.ValidateChild(tenant, table);
    }

    [Fact]
    public void The_longest_names_fit_and_stay_apart()
    {
        var tenant = new string('t', 40);
        var ids = new[] { "a", "b" }.Select(end => WorkflowIds.Of(new TableId(Run, tenant, "vendor/" + new string('x', 300) + end))).ToList();
        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(ids, id => InstanceIds.ValidateChild(WorkflowIds.Of(new TenantId(Run, tenant)), id));
        Assert.All(ids, id => Assert.Equal(InstanceIds.MaxLength, id.Length));
    }

    [Fact]
    public void Another_attempt_has_another_id_that_fits_too()
    {
        var id = InstanceIds.Child("w", new string('x', 98));
        Assert.Equal(100, id.Length);
        Assert.Equal(id, InstanceIds.Attempt(id, 1));
        InstanceIds.ValidateChild("w", InstanceIds.Attempt(id, 2));
        Assert.NotEqual(InstanceIds.Attempt(id, 2), InstanceIds.Attempt(id, 3));
    }

    [Fact]
    public void An_instance_whose_id_is_too_long_has_no_children() =>
        Assert.Throws<ArgumentException>(() => InstanceIds.Child(new string('x', InstanceIds.MaxParentLength + 1), "child"));
}
