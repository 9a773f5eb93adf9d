using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>An exact rational number in lowest terms.</summary>
public readonly record struct Fraction : IComparable<Fraction>
{
    private readonly BigInteger _denominatorLessOne;

    /// <summary>numerator / denominator.</summary>
    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.Sign <= 0)
            throw new ArgumentOutOfRangeException(nameof(denominator), denominator, "A denominator must be above 0.");
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        _denominatorLessOne = (denominator / divisor) - 1;
    }

    public static Fraction Zero => default;

    public BigInteger Numerator { get; }

    /// <summary>Above 0; kept less one, so that <c>default</c> is 0/1.</summary>
    public BigInteger Denominator => _denominatorLessOne + 1;

    public int Sign => Numerator.Sign;

    private Fraction(BigInteger value) => Numerator = value;

    public static implicit operator Fraction(BigInteger value) => new(value);

    public static implicit operator Fraction(long value) => new(value);

    public static Fraction operator +(Fraction a, Fraction b) => a.Denominator == b.Denominator
        ? new(a.Numerator + b.Numerator, a.Denominator)
        : new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Fraction operator -(Fraction a, Fraction b) => a + new Fraction(-b.Numerator, b.Denominator);

    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static bool operator <(Fraction a, Fraction b) => a.CompareTo(b) < 0;

    public static bool operator >(Fraction a, Fraction b) => a.CompareTo(b) > 0;

    public static bool operator <=(Fraction a, Fraction b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Fraction a, Fraction b) => a.CompareTo(b) >= 0;

    public static Fraction Max(Fraction a, Fraction b) => a >= b ? a : b;

    public static Fraction Min(Fraction a, Fraction b) => a <= b ? a : b;

    /// <summary>The largest integer that is not above this.</summary>
    public BigInteger Floor()
    {
        BigInteger quotient = BigInteger.DivRem(Numerator, Denominator, out BigInteger remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    /// <summary>The smallest integer that is not below this.</summary>
    public BigInteger Ceiling() => -new Fraction(-Numerator, Denominator).Floor();

    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public override string ToString() => Denominator.IsOne ? $"{Numerator}" : $"{Numerator}/{Denominator}";
}
