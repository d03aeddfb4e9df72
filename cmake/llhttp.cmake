# llhttp, the HTTP parser of Node.js, for `tern serve`: an installed library where there is one (Debian 13, Alpine, Fedora,
# Homebrew), else its sources as Debian 12's package node-llhttp brings them. TERN_LLHTTP: the folder of such sources.
set(TERN_LLHTTP "" CACHE PATH "Folder with llhttp's sources: api.c, http.c, llhttp.c, llhttp.h")
if(NOT TERN_LLHTTP)
  pkg_check_modules(LLHTTP IMPORTED_TARGET libllhttp)
endif()
if(LLHTTP_FOUND)
  add_library(tern_llhttp INTERFACE)
  target_link_libraries(tern_llhttp INTERFACE PkgConfig::LLHTTP)
  return()
endif()

find_path(LLHTTP_SOURCES NAMES llhttp.c HINTS ${TERN_LLHTTP} PATHS /usr/share/llhttp NO_CMAKE_FIND_ROOT_PATH)
find_path(LLHTTP_INCLUDE NAMES llhttp.h HINTS ${TERN_LLHTTP} PATHS /usr/share/include/llhttp NO_CMAKE_FIND_ROOT_PATH)
if(NOT LLHTTP_SOURCES OR NOT LLHTTP_INCLUDE)
  message(FATAL_ERROR "llhttp is missing, which tern serve reads HTTP with. Debian 13, Ubuntu 24.04: apt-get install libllhttp-dev; "
                      "Debian 12: apt-get install node-llhttp; elsewhere name a folder with its sources in -DTERN_LLHTTP=...")
endif()
add_library(tern_llhttp STATIC ${LLHTTP_SOURCES}/api.c ${LLHTTP_SOURCES}/http.c ${LLHTTP_SOURCES}/llhttp.c)
target_include_directories(tern_llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE})
target_compile_definitions(tern_llhttp PRIVATE LLHTTP_STRICT_MODE=1)   # version 8; later ones are always strict
target_compile_options(tern_llhttp PRIVATE -w)
