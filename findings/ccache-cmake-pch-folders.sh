#!/usr/bin/env bash
# A precompiled header as CMake asks clang for it, which ccache never finds again in another folder.
#
# CMake names the header twice, each behind -Xclang: -include-pch FILE.pch and -include FILE. Told by
# CCACHE_BASEDIR and CCACHE_NOHASHDIR that folders do not matter, and by CCACHE_PCH_EXTSUM that the
# header's own bytes do not, ccache (Debian's 4.7.5, with clang 19) makes the first path relative and
# leaves the second as it is: the folder's name goes into the hash, and a second checkout misses all.
# With that path made relative by whoever calls ccache it hits.
#
# Seen: absolute: miss; relative: hit
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v ccache clang++-19 >/dev/null || apt-get install -y --no-install-recommends ccache clang-19 >/dev/null
[[ $(ccache --version) == 'ccache version 4.7.5'* ]] || { echo "another ccache: $(ccache --version | head -n 1)"; exit 1; }
export CCACHE_DIR=$folder/cache CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# build FOLDER PATH: compiles the same file in a folder of that name, the header named as PATH says.
build() {
  mkdir -p "$folder/$1"
  cd "$folder/$1"
  echo '#include <vector>' >all.hxx
  echo 'int main() { return static_cast<int>(std::vector<int>{}.size()); }' >main.cpp
  clang++-19 -Xclang -fno-pch-timestamp -x c++-header all.hxx -o all.hxx.pch
  echo 'the same' >all.hxx.pch.sum
  CCACHE_BASEDIR=$PWD ccache clang++-19 -Xclang -fno-pch-timestamp \
    -Xclang -include-pch -Xclang "$PWD/all.hxx.pch" -Xclang -include -Xclang "$2all.hxx" \
    -c "$PWD/main.cpp" -o main.o
}

# asked PATH-OF…: what ccache says of the second folder's build.
asked() {
  rm -rf "$CCACHE_DIR"
  build "$1-one" "${2//FOLDER/$1-one}"
  ccache --zero-stats >/dev/null
  build "$1-two" "${2//FOLDER/$1-two}"
  if ccache --print-stats | grep -qE '^(direct|preprocessed)_cache_hit[[:space:]]+1$'; then echo hit; else echo miss; fi
}
found="absolute: $(asked absolute "$folder/FOLDER/"); relative: $(asked relative '')"
echo "$found"
[[ $found == 'absolute: miss; relative: hit' ]]
