/* cpu.h - which instructions the processor has and the system lets programs use. The C library asks when the process
 * starts, and remembers. __builtin_cpu_supports asks again, some ten times CPUID, each of which leaves a virtual
 * machine: so it is only for C libraries that do not tell (glibc before 2.34, musl). */
#ifndef TERN_CPU_H
#define TERN_CPU_H

#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#ifdef CPU_FEATURE_ACTIVE
#define CPU_HAS(glibc_name, compiler_name) CPU_FEATURE_ACTIVE(glibc_name)
#else
#define CPU_HAS(glibc_name, compiler_name) __builtin_cpu_supports(compiler_name)
#endif

#endif
