using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Workflows;
using Sentiment.Functions.Workflows;

namespace Sentiment.Functions.Tests.Workflows;

public class IngestionFunctionTests
{
    private static readonly WorkflowRegistry Registry = new WorkflowRegistry().AddIngestion();

    [Fact]
    public void Every_workflow_has_its_orchestrator_function() => Assert.Equal(Registry.Workflows.Order(), Names<OrchestrationTriggerAttribute>(typeof(IngestionOrchestrators)));

    [Fact]
    public void Every_activity_has_its_activity_function() => Assert.Equal(Registry.Activities.Order(), Names<ActivityTriggerAttribute>(typeof(IngestionActivities)));

    private static IEnumerable<string> Names<TTrigger>(Type type)
        where TTrigger : Attribute => type.GetMethods()
            .Where(m => m.GetParameters().Any(p => p.GetCustomAttribute<TTrigger>() is not null))
            .Select(m => m.GetCustomAttribute<FunctionAttribute>()!.Name).Order();
}
