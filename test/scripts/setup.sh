#!/bin/sh
# setup.sh against a machine whose apt and dpkg are ours: nothing missing asks nothing, something
# missing asks once and for exactly that, without rights or apt it says so in one line.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
n=0
ok() { n=$((n + 1)); if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$t/out"; fi; }

# A PATH of its own, so that only what we put there exists.
mkdir "$t/bin"
for tool in sh awk grep dirname mktemp tail head rm tee env cat; do ln -s "$(command -v $tool)" "$t/bin/$tool"; done
cat >"$t/bin/dpkg-query" <<EOF
#!/bin/sh
cat "$t/installed"
EOF
cat >"$t/bin/apt-get" <<EOF
#!/bin/sh
echo "\$*" >>"$t/asked"
case "\$*" in
*update*) [ ! -f "$t/offline" ] || { echo 'E: Failed to fetch http://deb.example/'; exit 100; } ;;
*install*) echo 'beta installed' >>"$t/installed"; echo 'Setting up beta' ;;
esac
EOF
printf '#!/bin/sh\ncat %s\n' "$t/uid" >"$t/bin/id"
chmod +x "$t"/bin/dpkg-query "$t"/bin/apt-get "$t"/bin/id
printf '# a comment\nbuild alpha\nbuild gamma sh\ntest beta\n' >"$t/packages"
setup() { PATH="$t/bin" NR_PACKAGES="$t/packages" sh "$root/scripts/setup.sh" "$@" >"$t/out" 2>&1 </dev/null; }

echo 'alpha installed' >"$t/installed"; echo 0 >"$t/uid"
setup build; ok $? 'nothing missing: done'
[ ! -s "$t/out" ] && [ ! -e "$t/asked" ]; ok $? 'nothing missing: not a word, apt is not asked'
setup --check build test; [ $? -eq 4 ]; ok $? 'checking only: exit 4 when something is missing'
grep -q 'apt-get install beta$' "$t/out"; ok $? 'it names what is missing'
[ ! -e "$t/asked" ]; ok $? 'and does not ask apt'
echo 1000 >"$t/uid"
setup build test; [ $? -eq 4 ] && [ "$(wc -l <"$t/out")" -eq 1 ]; ok $? 'no rights: exit 4, one line'
grep -q 'as root: apt-get install beta$' "$t/out"; ok $? 'the line says what to do'
echo 0 >"$t/uid"; : >"$t/offline"
setup build test; [ $? -eq 4 ]; ok $? 'apt fails: exit 4'
grep -q 'apt-get failed: E: Failed to fetch' "$t/out"; ok $? 'with the reason apt gave'
rm "$t/offline" "$t/asked"
setup build test; ok $? 'root and apt: installed'
[ "$(grep -c . "$t/asked")" -eq 2 ] && grep -q 'install -y --no-install-recommends beta$' "$t/asked"
ok $? 'apt was asked once, for the missing package only'
rm "$t/bin/apt-get"; echo 'alpha installed' >"$t/installed"
setup build test; [ $? -eq 4 ] && grep -q 'has no apt-get' "$t/out"; ok $? 'no apt-get: exit 4 and says so'
NR_SKIP_SETUP=1 setup build test; ok $? 'NR_SKIP_SETUP believes the caller'
setup attic; [ $? -eq 2 ]; ok $? 'an unknown group is a usage error'
echo "1..$n"
