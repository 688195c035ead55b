#!/usr/bin/env bash
# `npm run proof:bare-machine`: what is committed (HEAD) installs, starts and passes its tests on a machine whose PATH has
# Node, npm and a shell alone, with and without install scripts. Needs git, bash and GNU coreutils for itself.
# --node FILE takes another Node than the first outside node_modules; it ends with PASS or FAIL and says what failed.
set -uo pipefail

# Longest time from the end of the install until npm start takes events, in seconds.
longest_start=10
# What npm itself calls.
programs=(npm npx sh env)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$(type -ap node | grep -v node_modules | head -n 1)
[ "${1-}" = --node ] && node=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bare=$work/bin
failures=()

mkdir "$bare"
ln -s "$node" "$bare/node"
for program in "${programs[@]}"; do ln -s "$(type -ap "$program" | grep -v node_modules | head -n 1)" "$bare/$program"; done

fail() { failures+=("$1"); echo "FAILED: $1"; }
in_clone() { (cd "$work/clone" && NO_COLOR=1 PATH=$bare "$@"); }

check_start() { # LABEL
  local data=$work/data-$1 installed_at=$EPOCHREALTIME ready_at='' line
  in_clone npm start -- --for 5 --json --port 0 --data "$data" >"$work/account" 2> >(
    while IFS= read -r line; do
      case $line in *'Millrace is ready'*) echo "$EPOCHREALTIME" >"$work/ready" ;; esac
      echo "$line" >>"$work/log"
    done
    touch "$work/read"
  ) || { fail "npm start ($1): exit code $?"; cat "$work/log"; return; }
  until [ -e "$work/read" ]; do sleep 0.05; done
  ready_at=$(cat "$work/ready" 2>/dev/null) || { fail "npm start ($1): never said that it is ready"; return; }
  awk -v from="$installed_at" -v to="$ready_at" -v most="$longest_start" -v label="$1" '
    BEGIN { printf "%s: ready %.1f s after the install (at most %d)\n", label, to - from, most; exit to - from >= most }' \
    || fail "npm start ($1): ready too late"
  in_clone node -e '
    const account = JSON.parse(process.argv[1]);
    const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
    const { accepted, delivered, dropped, quarantined, failed, pending, scoring } = account;
    const lake = delivered + sum(dropped) + sum(quarantined) + failed + pending;
    const scored = scoring.applied + scoring.duplicates + sum(scoring.quarantined) + scoring.failed;
    console.log(JSON.stringify(account));
    process.exit(accepted > 0 && accepted === lake && pending === 0 && scoring.consumed === scored && scoring.pending === 0 ? 0 : 1);
  ' "$(tail -n 1 "$work/account")" || fail "the account ($1)"
  rm -f "$work/ready" "$work/read" "$work/log" "$work/account"
}

echo "$(git -C "$root" log -1 --format='%h %s')"
echo "Node $("$node" --version) at $node; PATH has: $(ls "$bare" | tr '\n' ' ')"
git clone --quiet "$root" "$work/clone" || { echo 'FAIL: git clone'; exit 1; }
for label in scripts ignore-scripts; do
  flags=(--no-audit --no-fund)
  [ "$label" = ignore-scripts ] && flags+=(--ignore-scripts)
  rm -rf "$work/clone/node_modules" "$work/clone/.millrace"
  started=$SECONDS
  if in_clone npm ci "${flags[@]}" >"$work/install" 2>&1; then
    echo "$label: npm ci ${flags[*]} took $((SECONDS - started)) s"
  else
    fail "npm ci ($label)"; cat "$work/install"; continue
  fi
  check_start "$label"
  started=$SECONDS
  if in_clone npm test >"$work/tests" 2>&1; then
    echo "$label: npm test took $((SECONDS - started)) s: $(grep -a '^Tests:' "$work/tests")"
  else
    fail "npm test ($label)"; tail -n 150 "$work/tests"
  fi
done

if [ ${#failures[@]} -gt 0 ]; then
  printf 'FAIL: %s\n' "${failures[@]}"
  exit 1
fi
echo PASS
