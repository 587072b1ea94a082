package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What a command of a user printed.
type result struct {
	line, out, err string
	code           int
}

func (r result) String() string {
	return fmt.Sprintf("$ %s\n%s%s(exit code %d)", r.line, r.out, r.err, r.code)
}

// The command worked.
func (r result) fine() result {
	if r.code != 0 {
		failf("%s", r)
	}
	return r
}

// The command failed, and its message has all of these.
func (r result) refused(texts ...string) result {
	if r.code == 0 {
		failf("expected to fail:\n%s", r)
	}
	return r.warned(texts...)
}

// Standard error has all of these.
func (r result) warned(texts ...string) result {
	for _, text := range texts {
		if !strings.Contains(r.err, text) {
			failf("standard error lacks %q:\n%s", text, r)
		}
	}
	return r
}

// Standard output has all of these.
func (r result) shows(texts ...string) result {
	for _, text := range texts {
		if !strings.Contains(r.out, text) {
			failf("standard output lacks %q:\n%s", text, r)
		}
	}
	return r
}

// Nothing was said on standard error.
func (r result) quiet() result {
	if r.err != "" {
		failf("expected nothing on standard error:\n%s", r)
	}
	return r
}

func (w *world) command(input, program string, arguments ...string) result {
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = w.tools.root
	command.Env = w.environment()
	command.Stdin = strings.NewReader(input)
	command.WaitDelay = 2 * time.Second
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	err := command.Run()
	code := 0
	if err != nil {
		code = -1
		if command.ProcessState != nil {
			code = command.ProcessState.ExitCode()
		}
		if code == -1 {
			fmt.Fprintf(&problems, "%v\n", err)
		}
	}
	return result{filepath.Base(program) + " " + strings.Join(arguments, " "), out.String(), problems.String(), code}
}

func (w *world) kubectl(arguments ...string) result {
	return w.command("", w.tools.kubectl, arguments...)
}

// kubectl with a manifest on standard input.
func (w *world) feed(manifest string, arguments ...string) result {
	return w.command(manifest, w.tools.kubectl, append(arguments, "-f", "-")...)
}
