# Compiler, flags, caches. clang 19 is what we build with; g++ before 13.3 destroys
# temporaries twice in statements that contain co_await, so it is refused.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13.3)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (temporaries in statements with "
    "co_await are destroyed twice). Use clang 19: cmake --preset dev, or "
    "-DCMAKE_CXX_COMPILER=clang++-19. g++ 13.3 and newer are accepted.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Position-independent programs. One flag for all code, for a precompiled header is shared
# only between targets with the same flags.
add_compile_options(-fPIE)
add_link_options(-pie)

# Paths are kept out of the objects, so that any checkout shares ccache's store.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/cmake/compile_cached ${PROJECT_SOURCE_DIR})
endif()
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  find_program(LLD NAMES ld.lld-19 ld.lld)
  if(LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

# A designated initialiser names what is not the field's own default. g++ has no warning of its own
# for these.
set(COBRO_PARTIAL_INITIALISERS -Wno-missing-designated-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(COBRO_PARTIAL_INITIALISERS -Wno-missing-field-initializers)
endif()
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion ${COBRO_PARTIAL_INITIALISERS}
                    -Werror=switch -Werror=return-type -Werror=unused-result)
option(COBRO_WERROR "treat every warning in our code as an error (CI does)" OFF)
if(COBRO_WERROR)
  add_compile_options(-Werror)
endif()

# Boost's assertions turn some malformed requests into an abort: Beast checks its own
# parser with them. Defined for everything, so that no template exists in two forms.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED BOOST_DISABLE_ASSERTS _GLIBCXX_ASSERTIONS)

add_compile_options(-fstack-protector-strong)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-clash-protection -ftrivial-auto-var-init=zero)
  add_compile_definitions(_FORTIFY_SOURCE=3)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    add_compile_options(-mbranch-protection=standard)
  endif()
endif()

set(COBRO_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them")
if(COBRO_SANITIZE)
  add_compile_options(-fsanitize=${COBRO_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COBRO_SANITIZE})
endif()
