using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public sealed class CredentialTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:Tiingo:Attempts", "2"), ("Sources:Finnhub:Attempts", "2"));

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task The_credential_travels_in_the_header_and_never_in_the_address()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request(), default);
        await _vendor.Finnhub.FetchAsync(ScriptedVendor.Request(), default);
        Assert.Equal(["Token " + ScriptedVendor.Secret, null], _vendor.Seen.Select(s => s.Headers.GetValueOrDefault("Authorization")));
        Assert.Equal([null, ScriptedVendor.Secret], _vendor.Seen.Select(s => s.Headers.GetValueOrDefault("X-Finnhub-Token")));
        Assert.All(_vendor.Seen, s => Assert.DoesNotContain(ScriptedVendor.Secret, s.Target, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_credential_stops_the_table_at_once_without_naming_it(int status)
    {
        _vendor.Always(ScriptedVendor.Status(status, $$"""{"detail":"Token {{ScriptedVendor.Secret}} is not valid"}"""));
        var exception = await _vendor.FailureAsync<SourceStoppedException>();
        Assert.False(exception.IsTransient);
        Assert.Contains($"({status})", exception.Message, StringComparison.Ordinal);
        Assert.Single(_vendor.Seen);
    }

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("carriage\rreturn")]
    [InlineData("nul\0")]
    [InlineData("tab\t")]
    [InlineData("nön-ascii")]
    [InlineData("del\u007f")]
    public async Task A_credential_that_no_header_may_carry_stops_the_table_before_any_call(string credential)
    {
        var exception = await _vendor.FailureAsync<SourceStoppedException>(credential);
        Assert.Equal("tiingo: the credential has characters that no header may carry", exception.Message);
        Assert.Empty(_vendor.Seen);
    }

    [Theory]
    [InlineData("""{"Information":"We have detected your API key as s3cret-t0ken and our standard limit is 25 calls"}""", true)]
    [InlineData("""{"detail":"Token s3cret-t0ken may not ask for AAPL, nor may s3cret-t0ken ask for MSFT"}""", false)]
    public async Task A_vendor_that_repeats_the_credential_is_quoted_without_it(string body, bool isTransient)
    {
        _vendor.Always(ScriptedVendor.Body(body));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Equal($"tiingo sent no list but: {body.Replace(ScriptedVendor.Secret, "***", StringComparison.Ordinal)}", exception.Message);

        exception = await Assert.ThrowsAsync<SourceException>(() => _vendor.Finnhub.FetchAsync(ScriptedVendor.Request(), default));
        Assert.DoesNotContain(ScriptedVendor.Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_part_of_a_repeated_credential_is_quoted_where_the_quote_is_cut()
    {
        foreach (var lead in Enumerable.Range(170, 40))
        {
            _vendor.Always(ScriptedVendor.Body($$"""{"d":"{{new string('.', lead)}}{{ScriptedVendor.Secret}}"}"""));
            var exception = await _vendor.FailureAsync<SourceException>();
            Assert.DoesNotContain(ScriptedVendor.Secret[..3], exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_empty_credential_is_for_the_vendor_to_refuse()
    {
        _vendor.Then(ScriptedVendor.Status(401), ScriptedVendor.Body("{}"));
        await _vendor.FailureAsync<SourceStoppedException>("");
        await Assert.ThrowsAsync<SourceException>(() => _vendor.Finnhub.FetchAsync(ScriptedVendor.Request(credential: ""), default));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = ScriptedVendor.Start();
        elsewhere.Always(ScriptedVendor.Body("[]"));
        _vendor.Always(context =>
        {
            context.Response.Headers.Location = elsewhere.Address.ToString();
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.False(exception.IsTransient);
        Assert.StartsWith($"tiingo redirects ({status})", exception.Message, StringComparison.Ordinal);
        Assert.Single(_vendor.Seen);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task A_cookie_of_one_tenant_is_not_sent_for_another()
    {
        _vendor.Always(context =>
        {
            context.Response.Headers.SetCookie = "session=one; Path=/";
            return ScriptedVendor.Body("[]")(context);
        });
        await _vendor.FetchAsync("one");
        await _vendor.FetchAsync("two");
        Assert.All(_vendor.Seen, s => Assert.DoesNotContain("Cookie", s.Headers.Keys));
    }

    [Fact]
    public void A_request_is_written_without_its_credential() =>
        Assert.DoesNotContain(ScriptedVendor.Secret, ScriptedVendor.Request().ToString(), StringComparison.Ordinal);
}
