// A server of Go's standard library for the conformance tests: see ../server-kind.ts for what it answers.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func answer(folder string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-connection", r.RemoteAddr)
		if r.URL.Path == "/large" {
			http.ServeFile(w, r, filepath.Join(folder, "large"))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if strings.HasPrefix(r.URL.Path, "/body") {
			w.Write(body)
			return
		}
		h := r.Header
		fmt.Fprintf(w, "%s %s %s %s %d", r.Method, r.URL.RequestURI(), h.Get("x-number"), h.Get("authorization"), len(body))
	}
}

func main() {
	port, certificate, key, folder := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	server := &http.Server{
		Addr:    "127.0.0.1:" + port,
		Handler: answer(folder),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:      number(os.Args[5]),
			MaxDecoderHeaderTableSize: number(os.Args[6]),
		},
	}
	log.Fatal(server.ListenAndServeTLS(certificate, key))
}
