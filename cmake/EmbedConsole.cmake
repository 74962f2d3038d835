# The built console inside the program: assembler takes the files as they are, a small source file finds them by path.
include_guard()

# ctr_embed_console(app)
# Adds contactor::app::find_asset (src/app/console_assets.h) to a target, over the files of console/dist. Without a
# built console it is one page that says how to build it, so that C++ alone builds too.
function(ctr_embed_console target)
  set(made ${CMAKE_BINARY_DIR}/console)
  set(dist ${CMAKE_SOURCE_DIR}/console/dist)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  # A rebuilt console has other names: looked at when configuring, and again whenever its page changes.
  file(GLOB files CONFIGURE_DEPENDS ${dist}/index.html ${dist}/assets/*)
  add_custom_command(
    OUTPUT ${made}/console_assets.S ${made}/console_assets.cpp
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/embed_console.py ${dist} ${made}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed_console.py ${files}
    COMMENT "Embedding the console"
    VERBATIM)
  # The assembler reads the files behind the compiler's back, where no cache can see them change.
  set_source_files_properties(${made}/console_assets.S PROPERTIES OBJECT_DEPENDS "${files}")
  set_source_files_properties(${made}/console_assets.S ${made}/console_assets.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${made}/console_assets.S ${made}/console_assets.cpp)
endfunction()
