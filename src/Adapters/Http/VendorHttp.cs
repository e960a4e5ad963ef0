using System.Buffers;
using System.Net.Sockets;
using Polly;
using Polly.Retry;
using Sentiment.Adapters.Caching;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>
/// Calls one vendor: a permit and a time-out for each attempt, jittered retries of what is transient, and waits that the
/// vendor or what it permits ask for, which burn no attempt.
/// </summary>
internal sealed class VendorHttp
{
    /// <summary>A longer wait is handed to the caller, who can wait durably.</summary>
    public static readonly TimeSpan LongestWaitInside = TimeSpan.FromSeconds(5);

    private const int MaxWaitsInside = 10;

    private readonly string _vendor;
    private readonly SourceOptions _options;
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly ResponseCache? _cache;
    private readonly Lazy<VendorBudget> _budget;
    private readonly ResiliencePipeline _pipeline;

    public VendorHttp(VendorTerms terms, SourceOptions options, IHttpClientFactory clients, TimeProvider time, Func<CallBudgets> budgets, ResponseCache? cache)
    {
        (_vendor, _options, _clients, _time, _cache) = (terms.Vendor, options, clients, time, cache);
        _pipeline = Retries(options, time);

        // A process that only asks what sources there are has no store.
        _budget = new(() => budgets().Of(terms));
    }

    /// <summary>Where the vendor is; ends in a slash.</summary>
    public Uri BaseUrl => _options.BaseUrl;

    /// <summary>Gets a JSON array.</summary>
    /// <param name="source">Who calls.</param>
    /// <param name="pathAndQuery">Below the base address; carries no credential.</param>
    /// <param name="page">Whose call it is, and with which secret.</param>
    /// <param name="cancellationToken">Gives the call up at once.</param>
    public Task<SourceBody> GetArrayAsync(SourceDescription source, string pathAndQuery, PageRequest page, CancellationToken cancellationToken) =>
        GetJsonAsync(new VendorCall(pathAndQuery, source, page), cancellationToken);

    /// <summary>Gets JSON with the records that the call expects, from the cache where it is kept and good.</summary>
    /// <param name="call">What is asked for.</param>
    /// <param name="cancellationToken">Gives the call up at once.</param>
    public Task<SourceBody> GetJsonAsync(VendorCall call, CancellationToken cancellationToken) =>
        _cache is not null ? _cache.GetAsync(
            new(call.Key(BaseUrl), call.Source, call.Page, call.IsOfOneRun), token => CallAsync(call, token), cancellationToken)
        : call.Page.OnlyKept ? throw new SourceException($"{_vendor}: no answer is kept", isTransient: true)
        : CallAsync(call, cancellationToken);

    private async Task<SourceBody> CallAsync(VendorCall call, CancellationToken cancellationToken)
    {
        SourceException? failedProbe = null;
        for (var waits = 0; ; waits++)
        {
            try
            {
                return await _pipeline.ExecuteAsync(
                    async token => await PermittedAsync(call, failure => failedProbe = failure, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (SourceWaitException) when (failedProbe is not null)
            {
                // The call that found out that the vendor still fails has failed; the others need not.
                throw failedProbe;
            }
            catch (SourceWaitException wait) when (waits < MaxWaitsInside && wait.Until - _time.GetUtcNow() <= LongestWaitInside)
            {
                var rest = wait.Until - _time.GetUtcNow();
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static ResiliencePipeline Retries(SourceOptions options, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Attempts > 1)
        {
            var jitter = new Random(Environment.ProcessId);
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<SourceException>(e => e.IsTransient && e is not SourceWaitException),
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(8),
                UseJitter = true,
                Randomizer = () =>
                {
                    lock (jitter)
                    {
                        return jitter.NextDouble();
                    }
                },
            });
        }

        return builder.Build();
    }

    private async Task<SourceBody> PermittedAsync(VendorCall call, Action<SourceException> probeFailed, CancellationToken cancellationToken)
    {
        var permit = await _budget.Value.ReserveAsync(call.Credential ?? "", call.Page.Tenant, call.Page.Priority, cancellationToken, call.Page.WaitsUntil).ConfigureAwait(false);
        var outcome = CallOutcome.Abandoned;
        try
        {
            var body = await AttemptAsync(call, permit, cancellationToken).ConfigureAwait(false);
            outcome = CallOutcome.Answered;
            return body;
        }
        catch (SourceWaitException wait)
        {
            outcome = CallOutcome.Answered;
            permit.Pause(wait.Until);
            throw;
        }
        catch (SourceException failure)
        {
            outcome = !failure.IsTransient ? CallOutcome.Answered : permit.AnsweredAt is null ? CallOutcome.Broken : CallOutcome.Failed;
            if (permit.IsProbe && failure.IsTransient)
            {
                probeFailed(failure);
            }

            throw;
        }
        finally
        {
            permit.Settle(outcome);
        }
    }

    private async Task<SourceBody> AttemptAsync(VendorCall call, CallPermit permit, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        var outcome = "ok";
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(_options.AttemptSeconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await SendAsync(call, permit, either.Token).ConfigureAwait(false);
        }
        catch (SourceException exception)
        {
            outcome = exception switch { SourceWaitException => "wait", SourceStoppedException => "denied", { IsTransient: true } => "transient", _ => "permanent" };
            throw;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = "transient";
            throw Broken(exception, timeout.IsCancellationRequested);
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            var tags = new KeyValuePair<string, object?>[] { new("vendor", _vendor), new("outcome", outcome) };
            SentimentMeter.VendorCalls.Add(1, tags);
            SentimentMeter.VendorDuration.Record(_time.GetElapsedTime(begun).TotalSeconds, tags);
        }
    }

    private async Task<SourceBody> SendAsync(VendorCall call, CallPermit permit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, call.Address(_options.BaseUrl));
        request.Headers.Accept.ParseAdd("application/json");
        if (call.Source.Auth is { Place: AuthPlace.Header } auth)
        {
            if (call.Credential.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new SourceStoppedException($"{_vendor}: the credential has characters that no header may carry");
            }

            request.Headers.TryAddWithoutValidation(auth.Name, auth.Prefix + call.Credential);
        }

        var sentAt = _time.GetUtcNow();
        using var client = _clients.CreateClient(_vendor);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        permit.Answered();
        VendorAnswer.CheckStatus(_vendor, response, _time.GetUtcNow());
        var body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        VendorAnswer.CheckBody(_vendor, call, body, _time.GetUtcNow());
        return new(body, sentAt) { NextLink = LinkHeader.Next(response.Headers) };
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var announced = response.Content.Headers.ContentLength;
        if (announced > _options.MaxBodyBytes)
        {
            throw TooLarge();
        }

        var body = new ArrayBufferWriter<byte>((int)(announced ?? 64 * 1024) + 1);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > _options.MaxBodyBytes)
            {
                throw TooLarge();
            }
        }
    }

    private SourceException TooLarge() =>
        new($"{_vendor} sent a body of more than {_options.MaxBodyBytes:#,0} bytes (Sources:{_vendor}:{nameof(SourceOptions.MaxBodyBytes)})", isTransient: false);

    private SourceException Broken(Exception exception, bool isTimeout)
    {
        var where = _options.BaseUrl.GetLeftPart(UriPartial.Authority);
        return isTimeout ? new SourceException($"{_vendor} did not answer within {_options.AttemptSeconds} s ({where})", isTransient: true, exception)
            : exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } or SocketException
                ? new SourceException($"{_vendor} cannot be reached at {where}: {exception.Message}", isTransient: true, exception)
                : new SourceException($"{_vendor}: the connection broke: {exception.Message}", isTransient: true, exception);
    }
}
