namespace Headgate.AspNetCore.Tests.Answers;

public class AnswerOptionsTests
{
    [Fact]
    public void Defaults_are_as_documented()
    {
        AnswerOptions options = AnswerOptions.Default;
        Assert.True(options.RateLimitFields);
        Assert.True(options.RetryAfter);
        Assert.Equal(FieldsVersion.Draft11, options.FieldsVersion);
        Assert.Equal(LegacyFields.None, options.LegacyFields);
        Assert.Equal(429, options.StatusCode);
        Assert.Same(RefusalBody.ProblemDetails, options.Body);
        Assert.Null(options.ShadowHeader);
    }

    [Theory]
    [InlineData(399)]
    [InlineData(600)]
    [InlineData(0)]
    public void A_status_is_one_of_an_error(int status)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new AnswerOptions { StatusCode = status });
        Assert.Contains($"StatusCode is {status}; it must be between 400 and 599", error.Message);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(599)]
    public void Both_ends_are_accepted(int status) => Assert.Equal(status, new AnswerOptions { StatusCode = status }.StatusCode);

    [Fact]
    public void Unknown_choices_are_refused()
    {
        Assert.Contains("FieldsVersion is 3", Assert.Throws<ArgumentOutOfRangeException>(() => new AnswerOptions { FieldsVersion = (FieldsVersion)3 }).Message);
        Assert.Contains("LegacyFields is 3", Assert.Throws<ArgumentOutOfRangeException>(() => new AnswerOptions { LegacyFields = (LegacyFields)3 }).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a\r\nb")]
    [InlineData("ü")]
    public void A_field_has_a_name_that_fields_may_have(string name) =>
        Assert.Contains("ShadowHeader has", Assert.Throws<ArgumentException>(() => new AnswerOptions { ShadowHeader = name }).Message);

    [Fact]
    public void A_field_name_is_bounded()
    {
        Assert.Equal(100, new AnswerOptions { ShadowHeader = new string('x', 100) }.ShadowHeader!.Length);
        Assert.Throws<ArgumentException>(() => new AnswerOptions { ShadowHeader = new string('x', 101) });
    }

    [Fact]
    public void Templates_are_checked_when_given()
    {
        Assert.Contains("neither an HTML nor a JSON template", Assert.Throws<ArgumentException>(() => RefusalBody.Template()).Message);
        Assert.Contains("{retry_after}, which stands for nothing", Assert.Throws<ArgumentException>(() => RefusalBody.Template(html: "{retry_after}")).Message);
        Assert.Contains("is no JSON once it is filled in", Assert.Throws<ArgumentException>(() => RefusalBody.Template(json: "{\"by\":{policy}}")).Message);
        Assert.Contains("at most 65536", Assert.Throws<ArgumentException>(() => RefusalBody.Template(html: new string('x', 65_537))).Message);
        Assert.NotNull(RefusalBody.Template(html: new string('x', 65_536)).Html);
    }

    [Fact]
    public void Bodies_are_equal_when_their_texts_are()
    {
        Assert.Equal(RefusalBody.Template(json: "{}"), RefusalBody.Template(json: "{}"));
        Assert.NotEqual(RefusalBody.Template(json: "{}"), RefusalBody.Template(json: "[]"));
        Assert.NotEqual(RefusalBody.None, RefusalBody.ProblemDetails);
    }
}
