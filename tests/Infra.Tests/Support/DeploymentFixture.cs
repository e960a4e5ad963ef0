namespace Sentiment.Infra.Tests.Support;

/// <summary>The template once compiled, and evaluated as small on storage and as large on the scheduler with somebody to write to.</summary>
[CollectionDefinition(Name)]
public sealed class DeploymentFixture : IAsyncLifetime, ICollectionFixture<DeploymentFixture>
{
    public const string Name = "deployment";

    internal BicepResult Build { get; private set; } = null!;

    internal Deployment Small { get; private set; } = null!;

    internal Deployment Full { get; private set; } = null!;

    internal IEnumerable<Deployment> Both => [Small, Full];

    public async Task InitializeAsync()
    {
        Build = await Bicep.BuildAsync(Repository.Template);
        Small = await Deployment.EvaluateAsync();
        Full = await Deployment.EvaluateAsync(
            "param size = 'large'", "param durableBackend = 'scheduler'", "param alertEmail = 'operator@example.com'", "param purgeProtection = true");
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
