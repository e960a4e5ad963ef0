using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Sources;

public abstract partial class SourceConformance
{
    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_credential_stops_the_table_at_once(int status)
    {
        _vendor.Always(ScriptedVendor.Status(status, Echo));
        await FailureAsync(typeof(SourceStoppedException));
        Assert.Single(_vendor.Seen);
    }

    [Theory]
    [InlineData(429, "60", typeof(SourceWaitException), 1)]
    [InlineData(503, "60", typeof(SourceWaitException), 1)]
    [InlineData(429, null, typeof(SourceException), 2)]
    [InlineData(408, null, typeof(SourceException), 2)]
    [InlineData(500, null, typeof(SourceException), 2)]
    [InlineData(502, null, typeof(SourceException), 2)]
    [InlineData(503, null, typeof(SourceException), 2)]
    public async Task What_may_pass_is_waited_for_or_tried_again(int status, string? retryAfter, Type kind, int calls)
    {
        _vendor.Always(ScriptedVendor.Status(status, Echo, retryAfter));
        var failure = await FailureAsync(kind);
        Assert.True(failure.IsTransient);
        Assert.Equal(calls, _vendor.Seen.Count);
        Assert.True(failure is not SourceWaitException wait || wait.Until == ScriptedVendor.Now.AddSeconds(60));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task What_will_not_pass_fails_at_once(int status)
    {
        _vendor.Always(ScriptedVendor.Status(status, Echo));
        Assert.False((await FailureAsync(typeof(SourceException))).IsTransient);
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task Answers_with_status_200_that_hold_no_records_are_told_apart()
    {
        foreach (var (number, (body, kind)) in AnswersWithoutRecords.Index())
        {
            // A credential each: a vendor that asks for a wait is not called with the same one before its end.
            var credential = $"{ScriptedVendor.Secret}-{number}";
            _vendor.Always(ScriptedVendor.Body(body.Replace(ScriptedVendor.Secret, credential, StringComparison.Ordinal)));
            if (kind is null)
            {
                Assert.Empty(await WalkAsync(Request() with { Credential = credential }));
            }
            else
            {
                var failure = await FailureAsync(kind, credential);
                Assert.True(failure is SourceWaitException or SourceStoppedException || failure.IsTransient == (kind == typeof(TimeoutException)), $"{body}: {failure}");
            }
        }
    }

    [Fact]
    public async Task JSON_of_another_shape_fails_at_once()
    {
        foreach (var body in OtherShapes)
        {
            _vendor.Always(ScriptedVendor.Body(body));
            _vendor.Seen.Clear();
            Assert.False((await FailureAsync(typeof(SourceException))).IsTransient, body);
            Assert.Single(_vendor.Seen);
            Assert.False(Assert.Throws<SourceException>(() => Source.Parse(Request(), Bodies.Of(body))).IsTransient, body);
        }
    }

    [Fact]
    public async Task A_body_that_is_cut_or_no_JSON_is_tried_again()
    {
        var whole = Wrap(WireFeed.Of(3).Records.Select(Render), null);
        foreach (var body in (string[])[whole[..^1], whole[..(whole.Length / 2)], "<html>Down for maintenance</html>", "", whole + "]"])
        {
            _vendor.Then(ScriptedVendor.Body(body)).Always(ScriptedVendor.Body(whole));
            _vendor.Seen.Clear();
            Assert.Equal(3, Source.Parse(Request(), await Source.FetchAsync(Request(), default)).Records.Count);
            Assert.Equal(2, _vendor.Seen.Count);
            Assert.True(Assert.Throws<SourceException>(() => Source.Parse(Request(), Bodies.Of(body))).IsTransient, body);
        }
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up_when_the_attempt_has_taken_too_long()
    {
        await using var vendor = ScriptedVendor.Start([($"Sources:{section}:Attempts", "1"), .. _settings]);
        vendor.Always(ScriptedVendor.Hang(begun: Wrap(WireFeed.Of(3).Records.Select(Render), null)[..^1]));
        var fetch = vendor.Source(table).FetchAsync(Request(), default);
        await vendor.ArrivalAsync();
        vendor.Time.Advance(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetch.WaitAsync(Limit));
        Assert.True(failure.IsTransient);
        Assert.Contains("did not answer within 30 s", failure.Message, StringComparison.Ordinal);
        AssertHidden(failure.ToString());
    }

    [Fact]
    public async Task A_redirect_is_refused_and_nobody_else_gets_the_credential()
    {
        await using var elsewhere = ScriptedVendor.Start();
        _vendor.Always(context =>
        {
            context.Response.Headers.Location = elsewhere.Address + "?" + Echo;
            context.Response.StatusCode = StatusCodes.Status302Found;
            return Task.CompletedTask;
        });
        Assert.False((await FailureAsync(typeof(SourceException))).IsTransient);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        await using var vendor = ScriptedVendor.Start([($"Sources:{section}:MaxBodyBytes", "4096"), .. _settings]);
        vendor.Always(ScriptedVendor.Body(Wrap(WireFeed.Of(500).Records.Select(Render), null)));
        var failure = await Assert.ThrowsAsync<SourceException>(() => vendor.Source(table).FetchAsync(Request(), default));
        Assert.False(failure.IsTransient);
        Assert.Contains("more than 4,096 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_credential_is_in_no_log_no_trace_and_in_no_address_unless_the_vendor_takes_it_nowhere_else()
    {
        var traced = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(t => $"{t.Key}={t.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        Serve(WireFeed.Of(3));
        await Source.FetchAsync(Request(), default);
        _vendor.Always(ScriptedVendor.Reset);
        await FailureAsync(typeof(SourceException));

        var (target, headers) = (_vendor.Seen.First().Target, _vendor.Seen.First().Headers);
        var auth = Source.Description.Auth;
        Assert.Equal(auth.Place == AuthPlace.Query, target.Contains(ScriptedVendor.Secret, StringComparison.Ordinal));
        Assert.True(auth.Place != AuthPlace.Header || headers[auth.Name] == auth.Prefix + ScriptedVendor.Secret);
        Assert.NotEmpty(traced);
        Assert.All(_vendor.Logged.Lines.Concat(traced), AssertHidden);
    }

    /// <summary>What a vendor might repeat of the call in what it complains of.</summary>
    private static string Echo => $"token={ScriptedVendor.Secret}";

    private static void AssertHidden(string text) => Assert.DoesNotContain(ScriptedVendor.Secret, text, StringComparison.Ordinal);

    /// <summary>How a call fails; a TimeoutException stands for a transient failure of no kind of its own.</summary>
    private async Task<SourceException> FailureAsync(Type kind, string credential = ScriptedVendor.Secret)
    {
        var failure = await Assert.ThrowsAnyAsync<SourceException>(() => Source.FetchAsync(Request() with { Credential = credential }, default).WaitAsync(Limit));
        Assert.Equal(kind == typeof(TimeoutException) ? typeof(SourceException) : kind, failure.GetType());
        AssertHidden(failure.ToString());
        return failure;
    }
}
