namespace WorkloadIdentity.Grpc;

/// <summary>A call that can be sent a second time, and is disposed as one.</summary>
internal sealed class ResentCall<TCall>(Func<TCall> send)
    where TCall : IDisposable
{
    private readonly Lock _lock = new();
    private TCall _current = send();
    private bool _isDisposed;

    public TCall Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>Sends it again. If the caller has disposed it meanwhile, the first call stays, and its rejection is the outcome.</summary>
    public TCall SendAgain()
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _current.Dispose();
                _current = send();
            }

            return _current;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _current.Dispose();
        }
    }
}
