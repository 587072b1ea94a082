#!/bin/sh
# Builds the container image from nothing: the release binary, the shared libraries it loads, the loader, and a user
# that is not root. usage: build.sh BROKERGATE VERSION [NAME]
# Leaves build/image/brokergate.tar (for docker load, ctr images import, kind load image-archive). With NAME, such as
# registry.example.com/brokergate:0.1.0, the image is pushed there too; log in with `buildah login` before.
set -eu
umask 022
program=$(realpath "$1")
version=$2
name=${3:-}
cd "$(dirname "$0")/../.."
folder=$PWD/build/image
root=$folder/root
archive=$folder/brokergate.tar
fail() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}
# vfs needs neither a kernel module nor a mount, and nothing is run inside, so that this works within a sandbox too.
store() { buildah --storage-driver vfs --root "$folder/store" --runroot "$folder/run" "$@"; }

rm -rf "$root" "$archive"
mkdir -p "$root/usr/bin" "$root/etc"
install -m 755 "$program" "$root/usr/bin/brokergate"
strip --strip-unneeded "$root/usr/bin/brokergate"

# "libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x…)", and the loader as a bare path.
libraries=$(ldd "$program")
case $libraries in *"not found"*) fail "a library is missing: $libraries" ;; esac
printf '%s\n' "$libraries" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  install -m 755 "$library" "$root$library"
done

printf 'nonroot:x:65532:65532::/:/usr/bin/false\n' >"$root/etc/passwd"
printf 'nonroot:x:65532:\n' >"$root/etc/group"

container=$(store from scratch)
trap 'store rm "$container" >/dev/null' EXIT
store copy --quiet "$container" "$root" / >/dev/null
store config --user 65532:65532 --entrypoint '["/usr/bin/brokergate"]' --cmd version --port 8443 --port 8080 \
  --label org.opencontainers.image.title=brokergate --label "org.opencontainers.image.version=$version" \
  --label org.opencontainers.image.licenses=Apache-2.0 "$container"
# Without the clock: the same files give the same image.
store commit --quiet --timestamp 0 "$container" "brokergate:$version" >/dev/null
store push --quiet "brokergate:$version" "docker-archive:$archive:brokergate:$version"

size=$(stat -c %s "$archive")
printf 'image brokergate:%s: %s files, %s.%s MiB, at %s\n' "$version" "$(find "$root" -type f | wc -l)" \
  $((size / 1048576)) $((size % 1048576 * 10 / 1048576)) "${archive#"$PWD"/}"
if [ -n "$name" ]; then
  store push "brokergate:$version" "docker://$name"
  printf 'pushed to %s\n' "$name"
fi
