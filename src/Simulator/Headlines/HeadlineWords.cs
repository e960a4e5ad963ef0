namespace Sentiment.Simulator.Headlines;

/// <summary>The invented names that fill headline patterns; no real company, person or publisher is meant.</summary>
internal static class HeadlineWords
{
    public static readonly string[] NameStarts =
    [
        "Northgale", "Harlan & Voss", "Brightwater", "Quillon", "Sable Ridge", "Tamberlane", "Orrin", "Veldspar",
        "Coppermoor", "Lindqvist", "Ashgrove", "Merrowdale", "Pellucid", "Kestrel Bay", "Dunmarrow", "Fennimore",
        "Zéphyrine", "Ironvale", "Halcyon Peak", "Marisco", "O'Dell", "Thistledown", "Bramwell", "Castellane",
        "Wrenfield", "Görlach", "Silverstrand", "Aldermark", "Nightingale", "Perrault",
    ];

    public static readonly string[] NameEnds =
    [
        "Robotics", "Holdings", "Energy", "Foods", "Semiconductor", "Logistics", "Therapeutics", "Bancorp", "Airways",
        "Software", "Motors", "Minerals", "Retail Group", "Networks", "Insurance", "Materials", "Media", "Utilities",
        "Instruments", "Aerospace",
    ];

    public static readonly string[] Quarters =
        ["first-quarter", "second-quarter", "third-quarter", "fourth-quarter", "half-year", "Q1", "Q2", "Q3", "Q4"];

    public static readonly string[] Cities =
    [
        "Aldport", "Brennick", "Carrow Bay", "Dellhaven", "Estermouth", "Fallbrook", "Grenmark", "Høyvik", "Istrella",
        "Jarrowgate", "Kingsmere", "Lowestone", "Montálba", "Norrhaven", "Ostrava Nova", "Pinecrest", "San Torello",
        "Tarnwick", "Umberley", "Westerholm",
    ];

    public static readonly string[] Products =
    [
        "cloud storage", "battery packs", "cold-chain freight", "memory chips", "generic medicines", "home lending",
        "wind turbines", "streaming", "industrial robots", "flight training", "frozen foods", "satellite links",
        "payment terminals", "copper cathode", "crop insurance", "data-centre cooling", "electric vans", "medical imaging",
        "broadband", "specialty steel", "advertising", "cyber-security", "hearing aids", "container shipping",
    ];

    public static readonly string[] Houses =
    [
        "Alder & Pike", "Bellweather Research", "Corvane Capital", "Dorset Lane", "Eastmarch Securities",
        "Fairlead Partners", "Greyfriars", "Hollis Brothers", "Ivory Gate", "Juniper Street Advisors",
    ];

    public static readonly string[] FirstNames =
    [
        "Mara", "Tobias", "Ingrid", "Rafael", "Yuki", "Chidi", "Leonie", "Anselm", "Priya", "Dmitri", "Zoë", "Hamish",
        "Noor", "Cecília", "Bastian", "Wen",
    ];

    public static readonly string[] LastNames =
    [
        "Okafor", "Lindgren", "Marchetti", "Vance", "Tanaka", "O'Hara", "Delacroix", "Novák", "Sørensen", "Pemberton",
        "Achterberg", "Iyer", "Castaneda", "Whitlock", "Grünwald", "Kowalczyk",
    ];

    public static readonly string[] Sources =
        ["harborwire.example", "marketledger.example", "thedailytape.example", "quarterdesk.example", "openbell.example"];

    public static readonly string[] Tags =
        ["earnings", "markets", "analysts", "dividends", "regulation", "technology", "energy", "retail", "management", "deals"];
}
