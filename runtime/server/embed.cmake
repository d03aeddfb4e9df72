# Writes a file's bytes as a C array: cmake -DINPUT=FILE -DOUTPUT=FILE.c -DNAME=page_html -DHEADER=page.h -P embed.cmake
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," values "${hex}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n\nconst unsigned char ${NAME}[] = {\n${values}\n};\n"
     "const size_t ${NAME}_size = sizeof ${NAME};\n")
