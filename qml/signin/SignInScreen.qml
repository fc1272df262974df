// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Sgn.Models
import Sgn.Ui

FocusScope {
    id: screen

    required property SignIn form
    property bool advanced: false

    focus: true
    Keys.onEscapePressed: form.cancel()
    // Once: what is typed must not open or close it.
    Component.onCompleted: advanced = form.caFile.length === 0

    ScrollArea {
        anchors.fill: parent
        contentHeight: Math.max(height, card.implicitHeight + Theme.gap8 * 2)

        Surface {
            id: card
            anchors.centerIn: parent
            width: Theme.signInWidth
            implicitHeight: content.implicitHeight + Theme.gap8 * 2

            ColumnLayout {
                id: content
                anchors.fill: parent
                anchors.margins: Theme.gap8
                spacing: Theme.gap4

                ColumnLayout {
                    spacing: Theme.gap1
                    Layout.bottomMargin: Theme.gap2

                    Label {
                        text: qsTr("Sign in to SGN")
                        font.pixelSize: Theme.titleSize
                        font.weight: Font.DemiBold
                        Accessible.role: Accessible.Heading
                    }
                    Label {
                        text: qsTr("With the control panel's account, the one your devices report to.")
                        color: Theme.muted
                        wrapMode: Text.Wrap
                        Layout.fillWidth: true
                    }
                }
                Field {
                    label: qsTr("Address")
                    Layout.fillWidth: true

                    TextField {
                        focus: true
                        text: screen.form.jid
                        placeholderText: qsTr("panel@im.example.net")
                        inputMethodHints: Qt.ImhEmailCharactersOnly | Qt.ImhNoAutoUppercase
                        enabled: !screen.form.busy
                        Layout.fillWidth: true
                        Accessible.name: qsTr("Address")
                        onTextEdited: screen.form.jid = text
                        onAccepted: screen.form.submit()
                    }
                }
                Field {
                    label: qsTr("Password")
                    Layout.fillWidth: true

                    RowLayout {
                        spacing: Theme.gap2

                        TextField {
                            id: password
                            text: screen.form.password
                            echoMode: reveal.checked ? TextInput.Normal : TextInput.Password
                            enabled: !screen.form.busy
                            Layout.fillWidth: true
                            Accessible.name: qsTr("Password")
                            Accessible.passwordEdit: true
                            onTextEdited: screen.form.password = text
                            onAccepted: screen.form.submit()
                        }
                        Button {
                            id: reveal
                            checkable: true
                            iconName: checked ? "eye-off" : "eye"
                            hint: checked ? qsTr("Hide password") : qsTr("Show password")
                        }
                    }
                }
                CheckBox {
                    text: qsTr("Keep the password in this computer's keyring")
                    checked: screen.form.keepPassword
                    enabled: !screen.form.busy
                    Layout.fillWidth: true
                    onToggled: screen.form.keepPassword = checked
                }
                Button {
                    flat: true
                    text: qsTr("Advanced")
                    iconName: screen.advanced ? "chevron-down" : "chevron-right"
                    leftPadding: Theme.gap1
                    Layout.leftMargin: -Theme.gap1
                    Accessible.description: screen.advanced ? qsTr("expanded") : qsTr("collapsed")
                    onClicked: screen.advanced = !screen.advanced
                }
                Field {
                    visible: screen.advanced
                    label: qsTr("Certification authority")
                    hint: qsTr("The file cacert.pem, the same as on the devices.")
                    Layout.fillWidth: true

                    RowLayout {
                        spacing: Theme.gap2

                        TextField {
                            text: screen.form.caFile
                            enabled: !screen.form.busy
                            Layout.fillWidth: true
                            Accessible.name: qsTr("Certification authority")
                            onTextEdited: screen.form.caFile = text
                            onAccepted: screen.form.submit()
                        }
                        Button {
                            iconName: "folder-open"
                            hint: qsTr("Choose file")
                            onClicked: caDialog.open()
                        }
                    }
                }
                RowLayout {
                    visible: screen.advanced
                    spacing: Theme.gap3

                    Field {
                        label: qsTr("Server")
                        Layout.fillWidth: true

                        TextField {
                            text: screen.form.host
                            placeholderText: qsTr("as in the address")
                            enabled: !screen.form.busy
                            Layout.fillWidth: true
                            Accessible.name: qsTr("Server")
                            onTextEdited: screen.form.host = text
                            onAccepted: screen.form.submit()
                        }
                    }
                    Field {
                        label: qsTr("Port")
                        Layout.fillWidth: false
                        Layout.preferredWidth: Theme.numberFieldWidth

                        TextField {
                            Layout.fillWidth: true
                            text: screen.form.port
                            placeholderText: qsTr("auto")
                            inputMethodHints: Qt.ImhDigitsOnly
                            enabled: !screen.form.busy
                            validator: RegularExpressionValidator {
                                regularExpression: /[0-9]{0,5}/
                            }
                            Accessible.name: qsTr("Port")
                            onTextEdited: screen.form.port = text
                            onAccepted: screen.form.submit()
                        }
                    }
                }
                CheckBox {
                    visible: screen.advanced
                    text: qsTr("The server has only STARTTLS")
                    checked: screen.form.startTls
                    enabled: !screen.form.busy
                    Layout.fillWidth: true
                    onToggled: screen.form.startTls = checked
                }
                Field {
                    visible: screen.advanced
                    label: qsTr("Proxy")
                    Layout.fillWidth: true

                    TextField {
                        text: screen.form.proxy
                        placeholderText: qsTr("none")
                        inputMethodHints: Qt.ImhUrlCharactersOnly
                        enabled: !screen.form.busy
                        Layout.fillWidth: true
                        Accessible.name: qsTr("Proxy")
                        onTextEdited: screen.form.proxy = text
                        onAccepted: screen.form.submit()
                    }
                }
                Rectangle {
                    visible: screen.form.error.length > 0 || screen.form.advice.length > 0
                    radius: Theme.radius
                    color: screen.form.error.length > 0 ? Theme.badSoft : Theme.accentSoft
                    implicitHeight: problem.implicitHeight + Theme.gap3 * 2
                    Layout.fillWidth: true
                    Accessible.role: Accessible.AlertMessage
                    Accessible.name: screen.form.error + " " + screen.form.advice

                    ColumnLayout {
                        id: problem
                        anchors.fill: parent
                        anchors.margins: Theme.gap3
                        spacing: Theme.gap1

                        Label {
                            visible: text.length > 0
                            text: screen.form.error
                            color: Theme.bad
                            font.weight: Font.Medium
                            wrapMode: Text.Wrap
                            Layout.fillWidth: true
                        }
                        Label {
                            visible: text.length > 0
                            text: screen.form.advice
                            wrapMode: Text.Wrap
                            Layout.fillWidth: true
                        }
                    }
                }
                RowLayout {
                    spacing: Theme.gap2
                    Layout.topMargin: Theme.gap2

                    Button {
                        visible: screen.form.busy
                        text: qsTr("Cancel")
                        onClicked: screen.form.cancel()
                    }
                    Button {
                        primary: true
                        text: screen.form.busy ? qsTr("Signing in…") : qsTr("Sign in")
                        enabled: screen.form.ready
                        Layout.fillWidth: true
                        onClicked: screen.form.submit()
                    }
                }
            }
        }
    }
    FileDialog {
        id: caDialog
        title: qsTr("Choose the certification authority")
        nameFilters: [qsTr("Certificates (*.pem *.crt)"), qsTr("All files (*)")]
        onAccepted: screen.form.chooseCaFile(selectedFile)
    }
}
