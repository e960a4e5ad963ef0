namespace Sentiment.Engine.Tests.Contract;

public class EmbeddedActivityTests : ActivityContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await EmbeddedUnderTest.StartAsync();
}

public class EmbeddedSubWorkflowTests : SubWorkflowContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await EmbeddedUnderTest.StartAsync();
}

public class EmbeddedTimeAndEventTests : TimeAndEventContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await EmbeddedUnderTest.StartAsync();
}

public class EmbeddedLifecycleTests : LifecycleContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await EmbeddedUnderTest.StartAsync();
}

public class EmbeddedClientTests : ClientContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await EmbeddedUnderTest.StartAsync();
}
