using CsCheck;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Tests.Tenants;

public class SymbolRulesTests
{
    [Theory]
    [InlineData("Acme Corp", "ACME-CORP")]
    [InlineData("  acme_corp  ", "ACME-CORP")]
    [InlineData("AT&T Inc.", "AT-T-INC.")]
    [InlineData("^GSPC", "GSPC")]
    [InlineData("Müller", "M-LLER")]
    [InlineData("a.very-long/name=of^a.customer.that.goes.on", "A.VERY-LONG/NAME=OF^A.CUSTOMER.T")]
    [InlineData("日本", null)]
    [InlineData("---", null)]
    [InlineData("", null)]
    public void A_name_becomes_a_symbol(string name, string? symbol) => Assert.Equal(symbol, SymbolRules.From(name));

    [Fact]
    public void Whatever_comes_out_is_a_symbol_and_a_symbol_stays_what_it_is() => Gen.String[0, 200].Sample(name =>
        SymbolRules.From(name) is not { } symbol || (SymbolRules.IsSymbol(symbol) && SymbolRules.From(symbol) == symbol));
}
