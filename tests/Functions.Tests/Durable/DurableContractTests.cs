namespace Sentiment.Functions.Tests.Durable;

public class DurableActivityTests : ActivityContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await DurableUnderTest.StartAsync();
}

public class DurableSubWorkflowTests : SubWorkflowContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await DurableUnderTest.StartAsync();
}

public class DurableTimeAndEventTests : TimeAndEventContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await DurableUnderTest.StartAsync();
}

public class DurableLifecycleTests : LifecycleContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await DurableUnderTest.StartAsync();
}

public class DurableClientTests : ClientContract
{
    protected override async Task<IEngineUnderTest> StartEngineAsync() => await DurableUnderTest.StartAsync();
}
