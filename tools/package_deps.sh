# shellcheck shell=bash
# Sourced by tools/package: builds what tern links as small static libraries, on musl instead of the system's C library, so that
# the programs run on any Linux of the architecture whatever its libc (provided.al2023, a container from scratch).
#
# In: work (folder for sources and objects), deps (where libraries, headers, .pc files and the compiler go; absolute), arch, jobs,
# linked (the libraries to build), machine (arch as compilers call it), compiler (a gcc for it), binutils (the prefix of
# its ar and the like: empty for this machine's), cc (musl's wrapper of compiler).

deps_flags="-O2 -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections"

# Nothing of a library may name the folder it was built in: the package has the same bytes wherever it is made.
flags_for() { printf '%s -ffile-prefix-map=%s=.' "$deps_flags" "$work/$1"; }

# write_pc SOURCE NAME LIBS: the .pc file by which CMake finds the library NAME of a source of the list.
write_pc() {
    local source=$1 name=$2 libs=$3
    # shellcheck disable=SC2016  # ${prefix} is for pkg-config
    printf 'prefix=%s\nName: %s\nDescription: static, for tools/package\nVersion: %s\nCflags: -I${prefix}/include\nLibs: -L${prefix}/lib %s\n' \
        "$deps" "$name" "$(upstream_version "$source")" "$libs" >"$deps/lib/pkgconfig/$name.pc"
}

keep_licence() { cp "$1" "$deps/licenses/$2"; }

# How CMake compiles for musl on $arch. It is told to cross-compile even where that is this machine: nothing that it finds out
# then depends on the machine, nor is taken from its libraries.
write_toolchain() {
    cat >"$deps/toolchain.cmake" <<EOF
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $machine)
set(CMAKE_C_COMPILER $cc)
set(CMAKE_AR $(command -v "${binutils}ar") CACHE FILEPATH "")
set(CMAKE_RANLIB $(command -v "${binutils}ranlib") CACHE FILEPATH "")
set(CMAKE_LINKER $(command -v "${binutils}ld") CACHE FILEPATH "")
set(CMAKE_OBJCOPY $(command -v "${binutils}objcopy") CACHE FILEPATH "")
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_FIND_ROOT_PATH $deps)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
EOF
}

build_musl() {
    cd "$work/musl"
    CC="$compiler" AR="${binutils}ar" RANLIB="${binutils}ranlib" CFLAGS="$(flags_for musl)" ./configure \
        --target="$machine-linux-musl" --prefix="$deps" --disable-shared --enable-wrapper=gcc
    make -j"$jobs"
    make install
    keep_licence COPYRIGHT musl
    write_toolchain
}

# A client of TLS 1.2 and 1.3 with ephemeral keys on the curves and ciphers in use: half of what the library has.
mbedtls_without=(SSL_SRV_C SSL_CACHE_C SSL_COOKIE_C SSL_TICKET_C SSL_PROTO_DTLS 'SSL_DTLS_[A-Z_]*' SSL_RENEGOTIATION
    SSL_CONTEXT_SERIALIZATION 'KEY_EXCHANGE_\(RSA\|DHE_RSA\|ECDH_[A-Z]*\|[A-Z_]*PSK\)_ENABLED' DHM_C
    'ECP_DP_\(SECP192\|SECP224\|SECP256K\|BP\|CURVE448\)[A-Z0-9]*_ENABLED' ARIA_C CAMELLIA_C DES_C RIPEMD160_C LMS_C ECJPAKE_C
    NIST_KW_C PKCS5_C PKCS7_C PKCS12_C PADLOCK_C PEM_WRITE_C 'X509_\(CREATE\|CRT_WRITE\|CSR_[A-Z]*\)_C' PSA_CRYPTO_STORAGE_C
    PSA_ITS_FILE_C TIMING_C DEBUG_C SELF_TEST VERSION_FEATURES)

build_mbedtls() {
    local name config=include/mbedtls/mbedtls_config.h
    cd "$work/mbedtls"
    for name in "${mbedtls_without[@]}"; do
        grep -q "^#define MBEDTLS_$name\( \|\$\)" "$config" || die "mbedtls has no option $name"
        sed -i "s,^#define MBEDTLS_$name\( .*\)\?\$,// &," "$config"
    done
    sed -i "s,^//\(#define MBEDTLS_THREADING_\(C\|PTHREAD\)\)\$,\1," "$config"   # TLS 1.3 keeps its keys for the whole process
    make -C library -j"$jobs" CC="$cc" AR="${binutils}ar" RL="${binutils}ranlib" CFLAGS="$(flags_for mbedtls)" GEN_FILES= \
        libmbedcrypto.a libmbedx509.a libmbedtls.a
    cp library/libmbedcrypto.a library/libmbedx509.a library/libmbedtls.a "$deps/lib/"
    cp -r include/mbedtls include/psa "$deps/include/"
    keep_licence LICENSE mbedtls
}

# HTTP and HTTPS with AWS's signatures (CURLOPT_AWS_SIGV4; it needs HTTP_AUTH), nothing else; but SOCKETPAIR, for
# curl_multi_wakeup. The certificates are those of Amazon Linux; CURLOPT_CAINFO names others.
build_curl() {
    local name options=()
    for name in BUILD_CURL_EXE BUILD_LIBCURL_DOCS BUILD_MISC_DOCS BUILD_SHARED_LIBS BUILD_TESTING ENABLE_CURL_MANUAL \
        ENABLE_THREADED_RESOLVER ENABLE_UNIX_SOCKETS PICKY_COMPILER CURL_BROTLI CURL_ZLIB CURL_ZSTD CURL_USE_LIBPSL \
        CURL_USE_LIBSSH2 CURL_USE_OPENSSL USE_LIBIDN2 USE_NGHTTP2; do
        options+=("-D$name=OFF")
    done
    for name in CURL_ENABLE_SSL CURL_USE_MBEDTLS HTTP_ONLY; do options+=("-D$name=ON"); done
    for name in ALTSVC BASIC_AUTH BEARER_AUTH COOKIES DIGEST_AUTH DOH GETOPTIONS HEADERS_API HSTS KERBEROS_AUTH MIME \
        NEGOTIATE_AUTH NETRC NTLM PROXY WEBSOCKETS; do
        options+=("-DCURL_DISABLE_$name=ON")
    done
    cmake -S "$work/curl" -B "$work/curl/build" -DCMAKE_TOOLCHAIN_FILE="$deps/toolchain.cmake" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_FLAGS="$(flags_for curl)" -DCMAKE_INSTALL_PREFIX="$deps" -DCMAKE_INSTALL_LIBDIR=lib \
        -DCURL_CA_BUNDLE=/etc/pki/tls/certs/ca-bundle.crt -DCURL_CA_PATH=none "${options[@]}"
    cmake --build "$work/curl/build" --parallel "$jobs"
    cmake --install "$work/curl/build"
    write_pc curl libcurl "-lcurl -lmbedtls -lmbedx509 -lmbedcrypto"
    keep_licence "$work/curl/COPYING" curl
}

build_cjson() {
    cd "$work/cjson"
    # shellcheck disable=SC2046  # several words
    "$cc" $(flags_for cjson) -c cJSON.c -o cJSON.o
    "${binutils}ar" rcsD "$deps/lib/libcjson.a" cJSON.o
    mkdir -p "$deps/include/cjson"
    cp cJSON.h "$deps/include/cjson/"
    write_pc cjson libcjson "-lcjson -lm"
    keep_licence LICENSE cjson
}

# Only what decompresses ends up in a program: the linker drops the rest.
build_zlib() {
    cd "$work/zlib"
    CHOST="$machine-linux-musl" CC="$cc" AR="${binutils}ar" RANLIB="${binutils}ranlib" CFLAGS="$(flags_for zlib)" \
        ./configure --static --prefix="$deps"
    make -j"$jobs" libz.a
    cp libz.a "$deps/lib/"
    cp zlib.h zconf.h "$deps/include/"
    write_pc zlib zlib "-lz"
    keep_licence LICENSE zlib
}

# Only for `tern pipe`; the Lambda package has none of it. What decompresses, in C: the assembly is for more than tern needs.
build_libzstd() {
    cd "$work/libzstd/lib"
    # shellcheck disable=SC2046  # several words
    "$cc" $(flags_for libzstd) -DZSTD_DISABLE_ASM -DZSTD_LEGACY_SUPPORT=0 -c common/*.c decompress/*.c
    "${binutils}ar" rcsD "$deps/lib/libzstd.a" ./*.o
    cp zstd.h zstd_errors.h "$deps/include/"
    write_pc libzstd libzstd "-lzstd"
    keep_licence ../LICENSE libzstd
}

# Only for `tern serve`; the Lambda package has none of it. CMake compiles the sources (cmake/llhttp.cmake).
build_llhttp() {
    mkdir -p "$deps/llhttp"
    cp "$work/llhttp/usr/share/llhttp/"*.c "$work/llhttp/usr/share/include/llhttp/llhttp.h" "$deps/llhttp/"
    keep_licence "$work/llhttp/usr/share/doc/node-llhttp/copyright" llhttp
}

# step "what it does" function arguments...: as quietly, but in a shell of its own, where cd stays inside and the first failing
# command ends it (bash ignores set -e in whatever stands before ||).
step() {
    local what=$1 log status
    shift
    say "$what ..."
    log=$(mktemp)
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    status=$?
    set -e
    [ "$status" -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    [ "$status" -eq 0 ] || die "$what: failed (exit code $status), see above"
}

# Each library, unless it has been built here in this very way before; a change in one rebuilds those after it.
build_deps() {
    local name recipe
    recipe=$("$compiler" --version | cat - <(echo "$deps $arch"))
    mkdir -p "$work/downloads" "$deps/lib/pkgconfig" "$deps/include" "$deps/licenses" "$deps/recipes"
    for name in "${linked[@]}" libzstd llhttp; do
        recipe=$({ echo "$recipe"; declare -f "build_$name" flags_for write_pc write_toolchain
            declare -p deps_flags mbedtls_without; source_version "$name"; source_files "$name"; } | sha256sum)
        if [ "$(cat "$deps/recipes/$name" 2>/dev/null)" = "$recipe" ]; then continue; fi
        step "Fetching $name" fetch_source "$name" "$work/downloads"
        step "Unpacking $name" unpack_source "$name" "$work/downloads" "$work/$name"
        step "Building $name" "build_$name"
        rm -rf "${work:?}/$name"
        echo "$recipe" >"$deps/recipes/$name"
    done
}
