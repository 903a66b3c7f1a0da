namespace WorkloadIdentity.Testing;

/// <summary>Whose assertions an issuer's resemble: their subjects, further claims and form of audience.</summary>
public enum EmulatedIssuerKind
{
    /// <summary>Any OpenID Connect issuer: subjects are free, and there is no claim beside the registered ones.</summary>
    Any,

    /// <summary>GitHub Actions: subjects such as <c>repo:contoso/orders:ref:refs/heads/main</c>.</summary>
    GitHub,

    /// <summary>A Kubernetes cluster: subjects such as <c>system:serviceaccount:orders:api</c>, audiences as an array.</summary>
    Kubernetes,

    /// <summary>GitLab CI/CD: subjects such as <c>project_path:contoso/orders:ref_type:branch:ref:main</c>.</summary>
    GitLab,

    /// <summary>Buildkite: subjects such as <c>organization:contoso:pipeline:orders:ref:…:commit:…:step:…</c>, or a GUID.</summary>
    Buildkite,

    /// <summary>CircleCI: subjects such as <c>org/…/project/…/user/…</c>. Each person has another one.</summary>
    CircleCI,

    /// <summary>HCP Terraform: subjects such as <c>organization:contoso:project:shop:workspace:orders:run_phase:apply</c>.</summary>
    Terraform,
}
