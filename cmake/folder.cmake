# tern_folder(NAME FOLDER [EXCEPT FILE...] [USES LIBRARY...]): the sources of a folder as a library of their own. They see the headers
# of their folder and of the libraries that they use, so that a folder cannot include from one that comes after it; tests/CMakeLists.txt
# links each folder with those that it uses and nothing else. A header's name is therefore unique in the repository.
function(tern_folder name folder)
  cmake_parse_arguments(ARG "" "" "EXCEPT;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.c)
  foreach(file ${ARG_EXCEPT})
    list(FILTER sources EXCLUDE REGEX "/${file}$")
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  target_link_libraries(${name} PUBLIC ${ARG_USES})
  set_property(GLOBAL APPEND PROPERTY TERN_FOLDERS ${name})
endfunction()
