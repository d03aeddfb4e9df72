# What every program is built with against faults in memory: position independent code, all addresses read-only before main begins
# (full RELRO, BIND_NOW), no executable stack, canaries on the stack (-fstack-protector-strong), and the C library's checked copies
# (_FORTIFY_SOURCE), where there are such; those need an optimising build and would blind the sanitizers.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_EXE_LINKER_FLAGS MATCHES "-static")   # else it is -static-pie that says so
  check_pie_supported(LANGUAGES C)
endif()

check_c_compiler_flag(-fstack-protector-strong TERN_HAS_STACK_PROTECTOR)
if(TERN_HAS_STACK_PROTECTOR)
  add_compile_options(-fstack-protector-strong)
endif()

foreach(keyword relro now noexecstack)
  check_linker_flag(C "LINKER:-z,${keyword}" TERN_HAS_Z_${keyword})
  if(TERN_HAS_Z_${keyword})
    add_link_options("LINKER:-z,${keyword}")
  endif()
endforeach()

if(NOT TERN_SANITIZE)
  # An older C library or compiler warns of level 3 and takes it for 2.
  set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Werror")
  check_c_source_compiles("#include <stdio.h>\nint main(void) { return puts(\"\"); }" TERN_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  set(level 2)
  if(TERN_HAS_FORTIFY_3)
    set(level 3)
  endif()
  foreach(config RELEASE RELWITHDEBINFO MINSIZEREL)
    string(APPEND CMAKE_C_FLAGS_${config} " -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level}")
  endforeach()
endif()
