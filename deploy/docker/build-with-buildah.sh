#!/usr/bin/env bash
# Builds the image where there is neither a container engine nor a registry of images, as root:
#
#   deploy/docker/build-with-buildah.sh TAG [arguments of buildah bud]
#
# The Dockerfile begins with an image of Node.js. In its place stands one that is made here of this machine's own files:
# Node.js, npm, a shell, the few programs that the Dockerfile runs, and the libraries that those load. What is built over
# it runs as the real image does, on a system that is this machine's own. It is no image to deploy.
#
# BASE_TAG names the stand-in; an image of that name that is there already is used as it is. PNPM_STORE is a store of pnpm
# (`pnpm store path`, without its last part) from which packages are taken before they are downloaded; it is not changed.
set -euo pipefail
tag=${1:?usage: $0 TAG [arguments of buildah bud]}
shift
base=${BASE_TAG:-localhost/everytick-stand-in-base}
root=$(cd "$(dirname "$0")/../.." && pwd)

# Nothing here needs a kernel that lets users mount file systems.
export BUILDAH_ISOLATION=chroot

# Programs, each with the libraries that it loads, at the places where they are on this machine.
copy_programs() {
  local into=$1 program file
  shift
  for program in "$@"; do
    for file in "$(readlink -f "$program")" $(ldd "$program" | grep --only-matching '/[^ )]*'); do
      install -D "$file" "$into$file"
    done
  done
}

# All of the C library: what npm installs has programs that load other parts of it than those above.
copy_c_library() {
  local into=$1 directory file
  directory=$(dirname "$(ldd /bin/sh | grep --only-matching '/[^ ]*/libc\.so\.6')")
  for file in "$directory"/lib{c,dl,m,nss_dns,nss_files,pthread,resolv,rt,util}.so.*; do
    install -D "$(readlink -f "$file")" "$into$file"
  done
}

make_stand_in() {
  local container mount name certificates
  local programs=(sh env cat chmod cp find id ln ls mkdir mv rm sleep stat touch uname)
  container=$(buildah from scratch)
  mount=$(buildah mount "$container")
  mkdir -p "$mount"/{etc,proc,root,sys,dev,tmp,usr/bin,usr/lib,usr/local/bin,usr/local/lib/node_modules,var}
  chmod 1777 "$mount/tmp"
  # Where /bin is a link to /usr/bin, as Debian has it, so it is here.
  for name in bin lib lib64 sbin; do
    if [ -L "/$name" ]; then
      mkdir -p "$mount/usr/$name"
      ln -s "usr/$name" "$mount/$name"
    fi
  done
  copy_programs "$mount" "${programs[@]/#//usr/bin/}"
  copy_c_library "$mount"
  [ -e "$mount/usr/bin/sh" ] || ln -s "$(basename "$(readlink -f /bin/sh)")" "$mount/usr/bin/sh"

  # The Node.js that scripts of this workspace run on, and the npm of the one that is installed.
  copy_programs "$mount" "$root/node_modules/node/bin/node"
  mv "$mount$(readlink -f "$root/node_modules/node/bin/node")" "$mount/usr/local/bin/node"
  cp -R "$(npm root --global)/npm" "$mount/usr/local/lib/node_modules/npm"
  for name in npm npx; do
    ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$mount/usr/local/bin/$name"
  done

  printf 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n' >"$mount/etc/passwd"
  printf 'root:x:0:\nnode:x:1000:\n' >"$mount/etc/group"
  printf 'hosts: files dns\n' >"$mount/etc/nsswitch.conf"
  # Whom this machine trusts beside those that Node.js knows.
  certificates=${NODE_EXTRA_CA_CERTS:-}
  if [ -n "$certificates" ]; then
    install -D --mode=644 "$certificates" "$mount/etc/extra-ca-certificates.pem"
    buildah config --env NODE_EXTRA_CA_CERTS=/etc/extra-ca-certificates.pem "$container"
  fi
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
}

buildah inspect --type image "$base" >/dev/null 2>&1 || make_stand_in
[ -z "${PNPM_STORE:-}" ] || set -- --volume "$PNPM_STORE:/store:O" "$@"
# The format of Docker is the one that can hold a HEALTHCHECK.
buildah bud --isolation chroot --network host --pull-never --format docker --build-arg "NODE_IMAGE=$base" \
  --file "$root/deploy/docker/Dockerfile" --ignorefile "$root/deploy/docker/Dockerfile.dockerignore" \
  --tag "$tag" "$@" "$root"
