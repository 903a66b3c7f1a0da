using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.Schedules.Model;

/// <summary>
/// Random histories of one cache entry: callers, rejections, time, clocks that jump, and a credential in every mood. After each step the
/// acquirer and the <see cref="ReferenceModel"/> must have answered alike and asked the credential alike.
/// </summary>
internal static class Histories
{
    private const double Jitter = 0.5;
    private const int Steps = 60;

    private static readonly string?[] Claims =
        [null, """{"access_token":{"acrs":{"value":"c1"}}}""", """{"access_token":{"acrs":{"value":"c2"}}}"""];

    public enum Move
    {
        Get,
        Renew,
        RenewAnEarlierToken,
        RenewNothing,
        Wait,
        SetClock,
        Issue,
        IssueWithHint,
        IssueTheSame,
        Fail,
        Throttle,
        Refuse,
        BeAbsent,
    }

    /// <summary>Throws with the shortest history that it can find in which the two differ.</summary>
    public static void Check(int count, ulong seed)
    {
        var step = from move in Gen.Frequency(
                (8, Gen.Elements(Move.Get)), (2, Gen.Elements(Move.Renew, Move.RenewAnEarlierToken, Move.RenewNothing)),
                (6, Gen.Elements(Move.Wait)), (1, Gen.Elements(Move.SetClock)),
                (3, Gen.Elements(Enum.GetValues<Move>().Where(each => each >= Move.Issue).ToArray())))
                   from amount in Gen.Frequency(
                       (3, Gen.Choose(0, 90)), (3, Gen.Choose(0, 600)), (1, Gen.Choose(0, 5_000)), (1, Gen.Choose(0, 20_000)))
                   select (Move: move, Amount: amount);
        Prop.ForAll(Gen.ArrayOf(step, Steps).ToArbitrary(), steps => Differs(steps).Label is "")
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(seed, 1));
    }

    private static (bool Differs, string Label) Differs((Move Move, int Amount)[] steps)
    {
        var differences = "";
        new ControlledScheduler(new Schedule(0)).Run(async () =>
        {
            var history = new History();
            foreach (var (move, amount) in steps)
            {
                differences = await history.StepAsync(move, amount);
                if (differences.Length > 0)
                {
                    Console.WriteLine($"{history.Text}\n{differences}");
                    break;
                }
            }

            history.Dispose();
        });
        return (differences.Length > 0, differences);
    }

    /// <summary>One acquirer and one model that live through the same.</summary>
    private sealed class History : IDisposable
    {
        private readonly FakeClock _clock = new();
        private readonly List<AccessToken> _issued = [];
        private readonly List<string> _asked = [];
        private readonly List<string> _modelAsked = [];
        private readonly Queue<Answer> _given = new();
        private readonly TokenAcquirer _acquirer;
        private readonly ReferenceModel _model;
        private readonly StringBuilder _text = new();
        private (Move Mood, int Amount) _mood = (Move.Issue, 3_600);

        public History()
        {
            var credential = new ScriptedCredential((acquisition, claims) =>
            {
                _asked.Add($"{claims} {acquisition.Rejected?.Value}");
                var answer = NextAnswer();
                _given.Enqueue(answer);
                return answer.ToResult();
            });
            var options = new TokenAcquirerOptions { TimeProvider = _clock };
            SetJitter(options, () => Jitter);
            _acquirer = new TokenAcquirer(credential, options);
            _model = new ReferenceModel(Jitter, (claims, rejected) =>
            {
                _modelAsked.Add($"{claims} {rejected?.Value}");
                return _given.TryDequeue(out var answer) ? answer : throw new ScheduleException("the model asks, the acquirer did not");
            });
        }

        // Internal, because only tests need it.
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Jitter")]
        private static extern void SetJitter(TokenAcquirerOptions options, Func<double> jitter);

        /// <summary>What happened, and how the two answered.</summary>
        public string Text => _text.ToString();

        public void Dispose() => _acquirer.Dispose();

        /// <summary>What differs after this step; empty when nothing does.</summary>
        public async Task<string> StepAsync(Move move, int amount)
        {
            _text.Append(CultureInfo.InvariantCulture, $"\n{_clock.Now:HH:mm:ss} {move} {amount}");
            switch (move)
            {
                case Move.Wait:
                    _clock.Advance(TimeSpan.FromSeconds(amount));
                    return "";
                case Move.SetClock:
                    _clock.SetWallClock(_clock.Now.AddSeconds(amount - 2_500));
                    return "";
                case >= Move.Issue:
                    _mood = (move, amount);
                    return "";
            }

            var claims = Claims[amount % Claims.Length];
            var rejected = move switch
            {
                Move.Renew when _issued.Count > 0 => _issued[^1],
                Move.RenewAnEarlierToken when _issued.Count > 0 => _issued[amount % _issued.Count],
                _ => null,
            };
            (_model.Now, _model.Elapsed) = (_clock.Now, TimeSpan.FromTicks(_clock.GetTimestamp()));
            var got = await GotAsync(move, rejected, claims);
            await World.SettleAsync();
            _text.Append(CultureInfo.InvariantCulture, $" -> {got}");
            string expected;
            try
            {
                expected = move == Move.Get ? _model.Get() : _model.Renew(rejected, claims);
            }
            catch (ScheduleException exception)
            {
                return exception.Message;
            }

            return got != expected ? $"the acquirer gave '{got}', the model '{expected}'"
                : !_asked.SequenceEqual(_modelAsked)
                ? $"the acquirer asked [{string.Join(';', _asked)}], the model [{string.Join(';', _modelAsked)}]"
                : "";
        }

        private async Task<string> GotAsync(Move move, AccessToken? rejected, string? claims)
        {
            try
            {
                return (move == Move.Get
                    ? await _acquirer.GetTokenAsync(World.Orders)
                    : await _acquirer.RenewTokenAsync(World.Orders, rejected, claims)).Value;
            }
            catch (TokenAcquisitionException exception)
            {
                return exception.Error.IsRepeated ? $"{exception.Error.Kind} again" : exception.Error.Kind.ToString();
            }
        }

        private Answer NextAnswer()
        {
            switch (_mood.Mood)
            {
                case Move.Fail:
                    return new Answer(null, TokenErrorKind.Unreachable);
                case Move.Throttle:
                    return new Answer(null, TokenErrorKind.Throttled, TimeSpan.FromSeconds(1 + _mood.Amount));
                case Move.Refuse:
                    return new Answer(null, TokenErrorKind.Refused);
                case Move.BeAbsent:
                    return new Answer(null, TokenErrorKind.NotConfigured);
                case Move.IssueTheSame when _issued.Count > 0 && _issued[^1].ExpiresOn > _clock.Now:
                    return new Answer(_issued[^1]);
            }

            var lifetime = TimeSpan.FromSeconds(1 + _mood.Amount);
            DateTimeOffset? hint = _mood.Mood == Move.IssueWithHint ? _clock.Now + (lifetime * 0.6) : null;
            _issued.Add(new AccessToken($"token-{_issued.Count + 1}", _clock.Now + lifetime, hint));
            return new Answer(_issued[^1]);
        }
    }

    private sealed class ScriptedCredential(Func<Acquisition, string?, TokenResult> answer) : Credential
    {
        public override string Name => "scripted";

        protected override RequestFeatures Supports => RequestFeatures.Claims;

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return answer(acquisition, acquisition.Claims);
        }
    }
}
