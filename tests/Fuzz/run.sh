#!/usr/bin/env bash
# Fuzzes one target with AFL++: tests/Fuzz/run.sh TARGET SECONDS. Ends with what was found; findings stay in .artifacts/fuzz/TARGET.
# Copy an input that breaks a target into tests/Fuzz/Corpus/TARGET: it is read again in every build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ $# == 2 && -d tests/Fuzz/Corpus/$1 ]] || { echo "usage: $0 TARGET SECONDS; targets: $(ls tests/Fuzz/Corpus | xargs)" >&2; exit 2; }
target=$1 seconds=$2
program=$PWD/.artifacts/fuzz/program found=$PWD/.artifacts/fuzz/$target

source .ci/tools.sh
install_fuzzer

# Instrumented once for each build of the program.
rm -rf "$program"
dotnet publish tests/Fuzz --configuration Release --output "$program" -p:RunAnalyzers=false -v quiet -nologo
(cd tests && dotnet tool restore >/dev/null)
for package in WorkloadIdentity WorkloadIdentity.DistributedCache WorkloadIdentity.Testing; do
  (cd tests && dotnet sharpfuzz "$program/$package.dll")
done

rm -rf "$found"
AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 DOTNET_TieredPGO=0 \
  afl-fuzz -V "$seconds" -t 10000 -m none -x tests/Fuzz/words.dict -i "tests/Fuzz/Corpus/$target" \
  -o "$found" dotnet "$program/Fuzz.dll" "$target" >"$found.log" 2>&1 \
  || { tail -20 "$found.log"; exit 1; }
grep -E '^(run_time|execs_done|execs_per_sec|corpus_count|edges_found|saved_crashes|saved_hangs)' "$found/default/fuzzer_stats"
[[ $(ls "$found/default/crashes" | grep -vc README) == 0 ]]
